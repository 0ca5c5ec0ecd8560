/// The bytes of NVMe/TCP as a host sees them: one class per PDU, after the NVM Express TCP
/// Transport Specification 1.1, §3. Written from the specification and apart from the target's
/// codec, so that the two check each other. Everything is little-endian; buffers passed in must be
/// ordered so.
@NullMarked
package io.ashlar.initiator.nvme.wire;

import org.jspecify.annotations.NullMarked;
