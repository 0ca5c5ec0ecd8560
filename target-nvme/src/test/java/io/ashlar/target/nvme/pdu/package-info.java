/// Tests of the framing.
@NullMarked
package io.ashlar.target.nvme.pdu;

import org.jspecify.annotations.NullMarked;
