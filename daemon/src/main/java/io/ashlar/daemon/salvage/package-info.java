/// `ashlar salvage`: copies volumes off a device that no node can serve any more.
@NullMarked
package io.ashlar.daemon.salvage;

import org.jspecify.annotations.NullMarked;
