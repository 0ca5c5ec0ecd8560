/// A bounded load on one namespace and what it measured: the engine of `ashlar bench` and of the
/// end-to-end benchmark. It writes to the volume if it is asked to.
@NullMarked
package io.ashlar.initiator.nvme.bench;

import org.jspecify.annotations.NullMarked;
