package io.ashlar.daemon.inspect;

import io.ashlar.core.base.Crc32c;
import io.ashlar.core.checkpoint.SuperblockSlots;
import io.ashlar.core.device.PolledDevice;
import io.ashlar.core.format.CorruptRecordException;
import io.ashlar.core.format.Superblock;
import io.ashlar.core.format.Superblock.LaneGeometry;
import io.ashlar.core.format.UnsupportedFormatException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The two superblocks of a device, and which of them counts.
///
/// @param root the one that counts; null if none can be believed
/// @param formatVersion of the one that counts; 0 if none does
/// @param why the choice, as a sentence
record Superblocks(List<Slot> slots, @Nullable Superblock root, int formatVersion, String why) {
  /// One slot.
  ///
  /// @param name A or B
  /// @param root null if it cannot be believed
  /// @param formatVersion of the root; 0 if there is none
  /// @param state a word or a complaint
  record Slot(
      String name, long offset, @Nullable Superblock root, int formatVersion, String state) {}

  static Superblocks read(PolledDevice device) {
    SuperblockSlots reader = new SuperblockSlots(device, new Crc32c());
    List<Slot> slots = new ArrayList<>();
    for (int copy = 0; copy < 2; copy++) {
      slots.add(slot(reader, copy));
    }
    Slot best = slots.getFirst();
    if (isNewer(slots.getLast().root(), best.root())) {
      best = slots.getLast();
    }
    return new Superblocks(slots, best.root(), best.formatVersion(), why(slots, best));
  }

  private static Slot slot(SuperblockSlots reader, int copy) {
    String name = copy == 0 ? "A" : "B";
    long offset = LaneGeometry.slotOffset(0, 1, copy);
    try {
      Superblock root = reader.copy(0, 1, copy);
      return root == null
          ? new Slot(name, offset, null, 0, "absent")
          : new Slot(name, offset, root, reader.formatVersion(), "sound");
    } catch (CorruptRecordException | UnsupportedFormatException e) {
      return new Slot(name, offset, null, 0, String.valueOf(e.getMessage()));
    }
  }

  private static boolean isNewer(@Nullable Superblock one, @Nullable Superblock other) {
    return one != null && (other == null || one.generation() > other.generation());
  }

  private static String why(List<Slot> slots, Slot best) {
    Slot other = best.name().equals("A") ? slots.getLast() : slots.getFirst();
    if (best.root() == null) {
      return "No superblock can be believed.";
    }
    if (other.root() == null) {
      return "Superblock %s counts: the other is not sound.".formatted(best.name());
    }
    return "Superblock %s counts: both are sound, and its generation %d is the higher."
        .formatted(best.name(), best.root().generation());
  }

  /// Whether nothing says that this was ever a pool.
  boolean isNoPool() {
    return slots.stream().allMatch(slot -> slot.state().equals("absent"));
  }
}
