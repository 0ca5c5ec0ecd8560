/// The end-to-end benchmark: real daemon processes, this project's own NVMe/TCP host, and in the
/// same rounds `fio` on the raw file system, `iscsi-perf`, and Debian's `tgt`. `benchmarks/run`
/// starts it.
@NullMarked
package io.ashlar.benchmarks.endtoend;

import org.jspecify.annotations.NullMarked;
