/// This module's host against this project's target, over real sockets: two codecs, written apart,
/// that must agree.
@NullMarked
package io.ashlar.initiator.nvme.target;

import org.jspecify.annotations.NullMarked;
