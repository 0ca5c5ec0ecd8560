/// Disks on io_uring. Both rings are mapped once; entries are filled and completions read in Java,
/// and one system call starts a whole batch. Source: the kernel's `linux/io_uring.h` and
/// io_uring(7).
@NullMarked
package io.ashlar.nvme.uring;

import org.jspecify.annotations.NullMarked;
