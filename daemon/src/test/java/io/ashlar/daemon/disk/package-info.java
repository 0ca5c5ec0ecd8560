/// Tests of what disks say of themselves.
@NullMarked
package io.ashlar.daemon.disk;

import org.jspecify.annotations.NullMarked;
