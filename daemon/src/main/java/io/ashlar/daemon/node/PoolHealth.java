package io.ashlar.daemon.node;

import io.ashlar.control.ByteSize;
import io.ashlar.control.HealthCode;
import io.ashlar.control.HealthEntry;
import io.ashlar.control.PoolInfo;
import io.ashlar.core.store.HealthLog;
import io.ashlar.nvme.local.DeviceHealth;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What is out of order in a pool, worst first. Fullness is told long before it hurts: at 80 % and
/// at 90 %.
final class PoolHealth {
  static final double FILLING = 0.80;
  static final double NEARLY_FULL = 0.90;

  private final List<HealthEntry> entries = new ArrayList<>();

  /// What there is to be judged.
  ///
  /// @param device the device's name
  /// @param isFailed whether the store takes no more writes
  /// @param isGone whether the device was found to be missing
  /// @param lastTrouble the store's last complaint; empty if there was none
  /// @param damaged blocks and pages that are not what was written, and stay so
  /// @param repaired pages that were not what was written, and are written anew
  /// @param readErrors reads that the device failed
  /// @param writeErrors writes that it failed
  record Signs(
      String device,
      boolean isFailed,
      boolean isGone,
      String lastTrouble,
      long damaged,
      long repaired,
      long readErrors,
      long writeErrors) {
    static Signs of(PoolShard pool, DeviceHealth device, HealthLog counts) {
      long repaired = counts.scrubFindings().repairedPages();
      return new Signs(
          pool.device().name(),
          pool.isFailed(),
          device.gone(),
          pool.trouble().last(),
          counts.damagedBlocks() + counts.damagedPages() - repaired,
          repaired,
          counts.readErrors(),
          counts.writeErrors());
    }

    long errors() {
      return readErrors + writeErrors;
    }
  }

  /// @param figures the pool, all but its health
  static List<HealthEntry> of(Signs signs, PoolSpace figures, FileRoom room, PoolInfo.Smart smart) {
    PoolHealth health = new PoolHealth();
    health.judgeDevice(signs);
    health.judgeSpace(figures);
    if (room.isAlmostGone()) {
      health.sayRoom(HealthCode.FILE_SYSTEM_FULL, signs, room);
    }
    health.judgeWear(signs, smart);
    health.judgeErrors(signs);
    if (room.isShort() && !room.isAlmostGone()) {
      health.sayRoom(HealthCode.FILE_SYSTEM_SHORT, signs, room);
    }
    health.judgeCommitment(figures);
    return health.entries;
  }

  private void judgeDevice(Signs signs) {
    if (signs.isGone) {
      say(
          HealthCode.DEVICE_GONE,
          "The disk %s is gone (pulled, or its driver gave up): nothing is served until it is back and the node was started again."
              .formatted(signs.device));
    }
    if (signs.isFailed) {
      String why = signs.lastTrouble.isEmpty() ? "" : " (" + signs.lastTrouble + ")";
      say(
          HealthCode.POOL_FAILED,
          "The pool on %s takes no more writes%s: mend or replace the disk, and start the node again."
              .formatted(signs.device, why));
    }
  }

  private void judgeSpace(PoolSpace space) {
    double used = space.usedPart();
    if (space.freeBytes() == 0) {
      say(
          HealthCode.POOL_FULL,
          "The pool is full and refuses writes: discard or delete what can be spared.");
    } else if (used >= NEARLY_FULL) {
      say(HealthCode.POOL_NEARLY_FULL, fullness(space));
    } else if (used >= FILLING) {
      say(HealthCode.POOL_FILLING, fullness(space));
    }
  }

  private static String fullness(PoolSpace space) {
    String growth = space.isOvercommitted() ? ", and its volumes may grow beyond it" : "";
    return "The pool is %s full%s: discard, delete or move volumes before writes are refused."
        .formatted(space.usedText(), growth);
  }

  private void sayRoom(HealthCode code, Signs signs, FileRoom room) {
    say(
        code,
        "The file system of %s has %s left, and the pool's file may still grow by %s: make room there, for a pool whose file cannot grow takes no more writes."
            .formatted(
                signs.device,
                ByteSize.format(room.freeBytes()),
                ByteSize.format(room.unbackedBytes())));
  }

  private void judgeWear(Signs signs, PoolInfo.Smart smart) {
    if (!smart.warnings().isEmpty()) {
      say(
          HealthCode.DEVICE_WORN,
          "The disk %s warns: %s. Plan its replacement."
              .formatted(signs.device, String.join("; ", smart.warnings())));
    }
  }

  private void judgeErrors(Signs signs) {
    if (signs.damaged > 0) {
      say(
          HealthCode.BLOCKS_DAMAGED,
          "Blocks or pages on %2$s were %1$d times found not to be what was written. Damaged blocks are not served: write them anew from a copy, and doubt the disk. The log names each with segment and offset (last: %3$s)."
              .formatted(signs.damaged, signs.device, signs.lastTrouble));
    }
    if (signs.repaired > 0) {
      say(
          HealthCode.DAMAGE_REPAIRED,
          "%d damaged index pages, checkpoints or superblocks on %s were found by the scrub and are written anew: nothing is lost, but doubt the disk."
              .formatted(signs.repaired, signs.device));
    }
    if (signs.errors() > 0) {
      say(
          HealthCode.DEVICE_ERRORS,
          "The disk %s failed %d reads and %d writes since the start: see the kernel's log."
              .formatted(signs.device, signs.readErrors, signs.writeErrors));
    }
  }

  private void judgeCommitment(PoolSpace space) {
    if (space.isOvercommitted()) {
      say(
          HealthCode.OVERCOMMITTED,
          String.format(
              Locale.ROOT,
              "Volumes may grow to %.1f times what the pool holds: watch its free space.",
              (double) space.provisionedBytes() / space.capacityBytes()));
    }
  }

  private void say(HealthCode code, String sentence) {
    entries.add(code.says(sentence));
  }
}
