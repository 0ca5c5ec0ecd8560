/// The iSCSI target, composed: it listens, and serves each volume of its directory as a target of
/// its own with one logical unit.
@NullMarked
package io.ashlar.target.iscsi;

import org.jspecify.annotations.NullMarked;
