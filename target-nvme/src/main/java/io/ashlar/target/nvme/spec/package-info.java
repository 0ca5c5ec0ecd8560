/// NVMe's own words: opcodes, status codes, and one class per data structure with its picture and
/// offsets. Sources: NVM Express Base Specification 2.0, NVM Command Set Specification 1.0. All
/// integers are little-endian. Knows nothing of TCP, volumes or hosts.
@NullMarked
package io.ashlar.target.nvme.spec;

import org.jspecify.annotations.NullMarked;
