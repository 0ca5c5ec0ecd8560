package io.ashlar.daemon.disk;

import io.ashlar.control.PoolInfo.Smart;
import io.ashlar.nvme.local.DeviceHealth;
import io.ashlar.nvme.local.SmartLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Answers what a disk says of itself. An NVMe controller's log is asked for each time; `smartctl`
/// is a process of its own, so that its answer is kept for a while. Called by control threads.
public final class DiskWatch {
  private static final long KEPT_NS = TimeUnit.MINUTES.toNanos(5);
  private static final int PATIENCE_SECONDS = 10;
  private static final int ANSWER_BYTES_MAX = 1 << 20;
  private static final int WORN_OUT_PERCENT = 100;
  private static final int BLOCK_DEVICE = 0x6000;
  private static final int KIND_MASK = 0xf000;

  private final Path device;
  private final String smartctl;
  private @Nullable Smart kept;
  private long keptAtNs;

  /// @param device path of the pool's disk or file
  public DiskWatch(Path device) {
    this(device, "smartctl");
  }

  /// @param smartctl the program to run where the device has no log that we can read
  DiskWatch(Path device, String smartctl) {
    this.device = device;
    this.smartctl = smartctl;
  }

  /// @param health what the driver knows, with the controller's log where it has one
  public synchronized Smart smart(DeviceHealth health) {
    SmartLog log = health.smart();
    if (log != null) {
      return of(log, health.smartNote());
    }
    if (!isBlockDevice()) {
      return Smart.none(health.smartNote());
    }
    long nowNs = System.nanoTime();
    Smart answer = kept;
    if (answer == null || nowNs - keptAtNs > KEPT_NS) {
      answer = ask(health.smartNote());
      kept = answer;
      keptAtNs = nowNs;
    }
    return answer;
  }

  private static Smart of(SmartLog log, String source) {
    List<String> warnings = new ArrayList<>(log.warnings());
    if (log.usedPercent() >= WORN_OUT_PERCENT) {
      warnings.add("its rated life is used up (" + log.usedPercent() + " %)");
    }
    return new Smart(
        true,
        source,
        log.usedPercent(),
        log.availableSparePercent(),
        log.temperatureCelsius(),
        log.mediaErrors(),
        warnings);
  }

  private boolean isBlockDevice() {
    try {
      return Files.getAttribute(device, "unix:mode") instanceof Integer mode
          && (mode & KIND_MASK) == BLOCK_DEVICE;
    } catch (IOException | UnsupportedOperationException unknown) {
      return false;
    }
  }

  private Smart ask(String otherwise) {
    try {
      return askSmartctl();
    } catch (IOException absent) {
      return Smart.none(otherwise + ", and smartctl is not installed");
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return Smart.none("interrupted while smartctl ran");
    }
  }

  /// Runs `smartctl` for a bounded time. Its exit code is a bit set that says little more than the
  /// answer itself.
  private Smart askSmartctl() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(smartctl, "--json", "--health", "--attributes", device.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      process.getOutputStream().close();
      Thread guard = Thread.ofVirtual().unstarted(() -> stopLate(process));
      guard.start();
      byte[] answer = process.getInputStream().readNBytes(ANSWER_BYTES_MAX);
      process.waitFor();
      guard.interrupt();
      return SmartctlReport.read(answer);
    } finally {
      process.destroyForcibly();
    }
  }

  private static void stopLate(Process process) {
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }
}
