/// Every byte on a device, and no I/O. The prose specification is `docs/format.md`; each layout
/// here is one class with its picture. All integers are little-endian; addresses count 512-byte
/// sectors from the device's start.
///
/// ## History
///
/// - **v3** checkpoints tell how far a volume's history goes; records that begin epochs. Written
///   since; a pool of v2 becomes one of v3 when it is opened.
/// - **v2** stored blocks are padded to 512 bytes on every device, groups alone to its alignment.
/// - **v1** first format, never released: blocks were padded to the device's block. Refused.
@NullMarked
package io.ashlar.core.format;

import org.jspecify.annotations.NullMarked;
