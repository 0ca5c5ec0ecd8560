/// The fallback where io_uring is refused: positional reads and writes on a small pool of threads.
@NullMarked
package io.ashlar.nvme.file;

import org.jspecify.annotations.NullMarked;
