/// Linux's own NVMe/TCP host.
@NullMarked
package io.ashlar.interop.nvme;

import org.jspecify.annotations.NullMarked;
