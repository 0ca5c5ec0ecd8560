/// What `ashlar inspect` and `ashlar salvage` say of the golden pool.
@NullMarked
package io.ashlar.daemon.inspect;

import org.jspecify.annotations.NullMarked;
