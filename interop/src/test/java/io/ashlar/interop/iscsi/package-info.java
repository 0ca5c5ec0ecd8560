/// Real iSCSI initiators: libiscsi's conformance suite and QEMU's image tools.
@NullMarked
package io.ashlar.interop.iscsi;

import org.jspecify.annotations.NullMarked;
