package io.ashlar.interop.daemon;

import static java.util.Objects.requireNonNull;

import io.ashlar.control.ControlClient;
import io.ashlar.control.PoolInfo;
import io.ashlar.control.VolumeInfo;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/// A node with its pool in a file: started, given volumes by the `ashlar` command, killed, and
/// started again on the same ports with the same data.
public final class AshlarDaemon implements AutoCloseable {
  private final Path directory;
  private final Path data;
  private final Map<String, String> options = new HashMap<>();
  private final Map<String, Integer> ports;
  private DaemonProcess process;
  private int runs;

  private AshlarDaemon(Path directory, String poolSize) throws Exception {
    this.directory = directory;
    data = directory.resolve("ashlar-data");
    options.put("pool.size", poolSize);
    for (String port : new String[] {"management", "nvme", "iscsi"}) {
      options.put(port + ".port", "0");
    }
    options.put("nvme.discovery-port", "0");
    process = startProcess();
    ports = process.ports();
    options.put("management.port", port("management"));
    options.put("nvme.port", port("nvme-tcp"));
    options.put("nvme.discovery-port", port("nvme-discovery"));
    options.put("iscsi.port", port("iscsi"));
  }

  /// Starts a node for the first time.
  ///
  /// @param directory where its data and its output go
  /// @param poolSize as in the configuration: `2GiB`
  public static AshlarDaemon start(Path directory, String poolSize) throws Exception {
    return new AshlarDaemon(directory, poolSize);
  }

  private DaemonProcess startProcess() throws Exception {
    return DaemonProcess.start(data, directory.resolve("daemon-" + ++runs + ".log"), options);
  }

  private String port(String service) {
    return requireNonNull(ports.get(service), () -> "no port of " + service).toString();
  }

  /// Creates a volume by the `ashlar` command, as people do.
  public VolumeInfo create(String name, long sizeBytes, int logicalBlockBytes) throws Exception {
    DaemonProcess.run(
        Map.of("ASHLAR_API", api().toString(), "ASHLAR_DATA", data.toString()),
        "volume",
        "create",
        name,
        "--size",
        Long.toString(sizeBytes),
        "--block-size",
        Integer.toString(logicalBlockBytes));
    return ask(client -> client.volume(name));
  }

  /// What the pool says of itself.
  public PoolInfo pool() throws IOException {
    return ask(ControlClient::pool);
  }

  private <T> T ask(Function<ControlClient, T> question) throws IOException {
    String token = Files.readString(data.resolve("api.token")).strip();
    try (ControlClient client = new ControlClient(api(), token)) {
      return question.apply(client);
    }
  }

  private URI api() {
    return URI.create("http://127.0.0.1:" + port("management"));
  }

  /// How libiscsi and QEMU name a volume.
  public String iscsiUrl(VolumeInfo volume) {
    return "iscsi://127.0.0.1:" + port("iscsi") + "/" + volume.exports().iscsiTarget() + "/0";
  }

  /// The port on loopback at which NVMe/TCP hosts find all volumes.
  public String nvmePort() {
    return port("nvme-tcp");
  }

  /// Kills the process with SIGKILL and starts another on the same data.
  public void killAndRestart() throws Exception {
    if (!process.isAlive()) {
      throw new IOException("the daemon was already dead:\n" + process.output());
    }
    process.kill();
    process = startProcess();
  }

  /// Stops the process as Ctrl-C does and starts another on the same data.
  public void restart() throws Exception {
    close();
    process = startProcess();
  }

  /// What the process that runs now has said.
  public String output() throws IOException {
    return process.output();
  }

  /// Stops the node as Ctrl-C does.
  @Override
  public void close() throws IOException {
    if (!process.isAlive()) {
      throw new IOException("the daemon died by itself:\n" + process.output());
    }
    process.stop();
  }
}
