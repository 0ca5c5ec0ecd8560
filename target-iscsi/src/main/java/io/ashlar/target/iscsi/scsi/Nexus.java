package io.ashlar.target.iscsi.scsi;

import java.util.EnumSet;
import org.jspecify.annotations.Nullable;

/// An initiator port's relation to one unit (an I_T_L nexus): lives as long as its session.
public final class Nexus {
  private final String initiatorPort;

  /// Pending unit attentions; the enum's order is their rank.
  private final EnumSet<Sense> attentions = EnumSet.noneOf(Sense.class);

  /// @param initiatorPort the port's world-wide name, "iqn…,i,0x…" in iSCSI
  public Nexus(String initiatorPort) {
    this.initiatorPort = initiatorPort;
  }

  public String initiatorPort() {
    return initiatorPort;
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
}
