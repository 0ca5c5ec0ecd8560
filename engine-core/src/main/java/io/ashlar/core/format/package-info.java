/// Every byte on a device, and no I/O. The prose specification is `docs/format.md`; each layout
/// here is one class with its picture. All integers are little-endian; addresses count 512-byte
/// sectors from the device's start.
///
/// ## History
///
/// - **v1** first format.
@NullMarked
package io.ashlar.core.format;

import org.jspecify.annotations.NullMarked;
