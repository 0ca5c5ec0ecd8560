package io.ashlar.target.iscsi.scsi;

import io.ashlar.core.reservation.ReservationGate;
import io.ashlar.core.volume.BlockVolume;
import org.jspecify.annotations.Nullable;

/// What a unit needs of the target around it.
public interface UnitHost {
  /// Withdraws all tasks of a nexus: it was preempted with PREEMPT AND ABORT.
  ///
  /// @param gate waits until they are over
  void withdrawTasks(Nexus nexus, ReservationGate gate);

  /// The volume of this NAA identifier, if it is on the same shard and this initiator may use it;
  /// else null.
  @Nullable BlockVolume find(long naa, Nexus nexus);
}
