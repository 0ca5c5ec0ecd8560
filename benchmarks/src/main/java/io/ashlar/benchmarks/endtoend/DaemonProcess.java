package io.ashlar.benchmarks.endtoend;

import io.ashlar.control.ControlClient;
import io.ashlar.control.ControlException;
import io.ashlar.control.QosLimits;
import io.ashlar.control.VolumeInfo;
import io.ashlar.control.VolumeSpec;
import io.ashlar.initiator.nvme.bench.AccessPattern;
import io.ashlar.initiator.nvme.bench.LoadShape;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A daemon of our own: the real process with its real JVM options, on the target's core, on free
/// ports, with a pool of its own.
final class DaemonProcess implements AutoCloseable {
  private static final int READY_ATTEMPTS_MAX = 600;
  private static final int READY_POLL_MS = 100;
  private static final String MAIN_CLASS = "io.ashlar.daemon.Main";

  private final Process process;
  private final ControlClient client;
  private final Path log;

  private DaemonProcess(Process process, ControlClient client, Path log) {
    this.process = process;
    this.client = client;
    this.log = log;
  }

  /// Starts a daemon and waits until it serves.
  ///
  /// @param directory made anew; what is in it belongs to the daemon
  /// @param settings options beyond directory and ports
  static DaemonProcess start(Path directory, Map<String, String> settings)
      throws IOException, InterruptedException {
    Files.createDirectories(directory);
    int management = freePort();
    List<String> command = new ArrayList<>(java());
    command.addAll(List.of(MAIN_CLASS, "up"));
    set(command, "data.directory", directory.resolve("data").toString());
    set(command, "management.port", Integer.toString(management));
    set(command, "nvme.port", Integer.toString(freePort()));
    set(command, "nvme.discovery-port", Integer.toString(freePort()));
    set(command, "iscsi.port", Integer.toString(freePort()));
    settings.forEach((key, value) -> set(command, key, value));
    Path log = directory.resolve("daemon.log");
    Process process =
        new ProcessBuilder(Command.pinned(Command.TARGET_CORE, command))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    URI api = URI.create("http://127.0.0.1:" + management);
    try {
      return new DaemonProcess(
          process, awaitReady(process, api, directory.resolve("data/api.token"), log), log);
    } catch (IOException e) {
      process.destroyForcibly();
      throw e;
    }
  }

  /// A Java machine with the daemon's options and this process's class path.
  static List<String> java() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvmOptions());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    return command;
  }

  /// The options of the daemon's own start script, from the system property that `benchmarks/run`
  /// sets.
  private static List<String> jvmOptions() {
    String options = System.getProperty("ashlar.daemon.options", "").strip();
    return options.isEmpty() ? List.of() : List.of(options.split("\\s+", -1));
  }

  private static void set(List<String> command, String key, String value) {
    command.add("--set");
    command.add(key + "=" + value);
  }

  private static ControlClient awaitReady(Process process, URI api, Path token, Path log)
      throws IOException, InterruptedException {
    for (int i = 0; i < READY_ATTEMPTS_MAX && process.isAlive(); i++) {
      if (Files.exists(token)) {
        ControlClient client = new ControlClient(api, Files.readString(token).strip());
        if (answers(client)) {
          return client;
        }
        client.close();
      }
      Thread.sleep(READY_POLL_MS);
    }
    throw new IOException("The daemon does not serve; its log says:\n" + Files.readString(log));
  }

  private static boolean answers(ControlClient client) {
    try {
      client.volumes();
      return true;
    } catch (ControlException notYet) {
      return false;
    }
  }

  /// A volume's protection: the two kinds the rows compare.
  enum Kind {
    /// Neither encrypted nor compressed.
    PLAIN,
    /// Encrypted and compressed, as volumes are by default.
    SEALED
  }

  VolumeInfo createVolume(String name, long sizeBytes, int blockBytes, Kind kind) {
    boolean isSealed = kind == Kind.SEALED;
    return client.createVolume(
        new VolumeSpec(
            name, sizeBytes, blockBytes, isSealed, isSealed, QosLimits.UNLIMITED, List.of()));
  }

  /// How many index pages had to be read from the device before they could be used, since the
  /// start.
  long indexPageMisses() {
    return client.pool().memory().indexPageMisses();
  }

  /// A load on the whole of a volume.
  static NvmeLoad load(
      String name, VolumeInfo volume, AccessPattern pattern, int readPercent, int[] blockAndDepth) {
    String address = volume.exports().nvmeAddresses().getFirst();
    int colon = address.lastIndexOf(':');
    return new NvmeLoad(
        name,
        new InetSocketAddress(
            address.substring(0, colon), Integer.parseInt(address.substring(colon + 1))),
        volume.exports().nvmeSubsystem(),
        new LoadShape(
            pattern,
            readPercent,
            blockAndDepth[0],
            blockAndDepth[1],
            0,
            volume.sizeBytes(),
            100,
            1),
        NvmeLoad.WARM_UP);
  }

  /// Where `iscsi-perf` finds a volume.
  static String iscsiUrl(VolumeInfo volume) {
    return "iscsi://"
        + volume.exports().iscsiPortals().getFirst()
        + "/"
        + volume.exports().iscsiTarget()
        + "/0";
  }

  /// Resident memory in MiB, from the kernel.
  long residentMiB() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) / 1024;
      }
    }
    throw new IOException("The daemon is gone; its log is " + log + ".");
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void close() {
    client.close();
    process.destroy();
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
