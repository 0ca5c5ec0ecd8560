/// NVMe/TCP framing (NVM Express TCP Transport Specification 1.0): one class per PDU, and the
/// decoder that finds PDUs in a stream of bytes.
///
/// A PDU is `common header · specific header · [header digest] · [padding] · [data · [data
/// digest]]`. Digests are CRC32C, little-endian, and cover the header or the data alone.
@NullMarked
package io.ashlar.target.nvme.pdu;

import org.jspecify.annotations.NullMarked;
