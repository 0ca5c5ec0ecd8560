/// The raw device: our io_uring ring against fio's, in the same run on the same file.
@NullMarked
package io.ashlar.benchmarks.device;

import org.jspecify.annotations.NullMarked;
