/// The operating system below the JDK: the native library and how it is loaded, files opened with
/// O_DIRECT and locked, what a device says of itself. The C half is `native/ashlar_uring.c`.
@NullMarked
package io.ashlar.nvme.posix;

import org.jspecify.annotations.NullMarked;
