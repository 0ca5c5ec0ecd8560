/// The device that `ashlar inspect` and `ashlar salvage` look at: opened for reading alone.
@NullMarked
package io.ashlar.daemon.offline;

import org.jspecify.annotations.NullMarked;
