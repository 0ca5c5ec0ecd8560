package io.ashlar.target.iscsi.scsi;

import io.ashlar.core.reservation.HostIdentity;
import java.util.EnumSet;
import org.jspecify.annotations.Nullable;

/// An initiator port's relation to one unit (an I_T_L nexus): lives as long as its session.
public final class Nexus {
  private final HostIdentity host;

  /// Pending unit attentions; the enum's order is their rank.
  private final EnumSet<Sense> attentions = EnumSet.noneOf(Sense.class);

  private @Nullable CopyResult lastCopy;

  /// @param host the initiator port
  public Nexus(HostIdentity host) {
    this.host = host;
  }

  public HostIdentity host() {
    return host;
  }

  /// Raises a unit attention; one that is pending already is told once.
  void raise(Sense attention) {
    attentions.add(attention);
  }

  boolean hasAttention() {
    return !attentions.isEmpty();
  }

  /// Takes the most important pending unit attention, or null.
  @Nullable Sense takeAttention() {
    if (attentions.isEmpty()) {
      return null;
    }
    Sense first = attentions.iterator().next();
    attentions.remove(first);
    return first;
  }

  /// How the last EXTENDED COPY ended; null if there was none.
  @Nullable CopyResult lastCopy() {
    return lastCopy;
  }

  void lastCopy(CopyResult result) {
    lastCopy = result;
  }
}
