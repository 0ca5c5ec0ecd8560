package io.ashlar.target.iscsi.session;

import io.ashlar.core.reservation.ReservationGate;
import io.ashlar.core.volume.BlockVolume;
import io.ashlar.target.iscsi.scsi.LogicalUnit;
import io.ashlar.target.iscsi.scsi.Nexus;
import io.ashlar.target.iscsi.scsi.UnitHost;
import io.ashlar.target.iscsi.scsi.UnitIdentity;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A unit and the sessions that it has.
final class ServedUnit implements UnitHost {
  private final IscsiShard shard;
  private final LogicalUnit unit;
  private final List<Session> sessions = new ArrayList<>();
  private int lastTsih;

  ServedUnit(IscsiShard shard, ExportedVolume volume) {
    this.shard = shard;
    UnitIdentity identity = new UnitIdentity(volume.id(), volume.targetName());
    this.unit = new LogicalUnit(volume.volume(), identity, this);
  }

  @Override
  public void withdrawTasks(Nexus nexus, ReservationGate gate) {
    for (Session session : sessions) {
      if (session.nexus() == nexus) {
        gate.await();
        PendingFunction withdrawal = new PendingFunction(gate::over);
        session.slots().withdrawAll(withdrawal);
        withdrawal.allWithdrawn();
      }
    }
  }

  @Override
  public @Nullable BlockVolume find(long naa, Nexus nexus) {
    for (Session session : sessions) {
      if (session.nexus() == nexus) {
        return shard.findVolume(naa, session);
      }
    }
    return null;
  }

  LogicalUnit unit() {
    return unit;
  }

  /// Whether this is the unit of that very volume; one that was opened anew is another.
  @SuppressWarnings("ReferenceEquality")
  boolean serves(ExportedVolume volume) {
    return unit.volume() == volume.volume();
  }

  /// The sessions now; iterate backwards where some may end.
  List<Session> sessions() {
    return sessions;
  }

  /// A session handle that no session of this target has; never 0.
  int newTsih() {
    do {
      lastTsih = lastTsih % 0xFFFF + 1;
    } while (findTsih(lastTsih) != null);
    return lastTsih;
  }

  @Nullable Session findTsih(int tsih) {
    for (Session session : sessions) {
      if (session.tsih() == tsih) {
        return session;
      }
    }
    return null;
  }

  /// The session of this initiator port: the same name and ISID (RFC 7143 §6.3.5).
  @Nullable Session find(String initiatorName, long isid) {
    for (Session session : sessions) {
      if (session.isid() == isid
          && session
              .initiatorName()
              .toLowerCase(Locale.ROOT)
              .equals(initiatorName.toLowerCase(Locale.ROOT))) {
        return session;
      }
    }
    return null;
  }

  void add(Session session) {
    sessions.add(session);
    unit.attach(session.nexus());
  }

  void remove(Session session) {
    if (sessions.remove(session)) {
      unit.detach(session.nexus());
    }
  }

  /// Ends the sessions of hosts that might no longer log in.
  void endSessionsWithoutAccess(ExportedVolume volume) {
    for (int i = sessions.size() - 1; i >= 0; i--) {
      if (!sessions.get(i).mayUse(volume)) {
        sessions.get(i).end("the host's access was withdrawn");
      }
    }
  }

  /// Ends all sessions: the volume is no longer offered.
  void close() {
    for (int i = sessions.size() - 1; i >= 0; i--) {
      sessions.get(i).end("the volume is no longer offered");
    }
    unit.close();
  }
}
