/// How the pool's disk is, by its own word: the log that NVMe controllers keep, or what `smartctl`
/// says of other disks.
@NullMarked
package io.ashlar.daemon.disk;

import org.jspecify.annotations.NullMarked;
