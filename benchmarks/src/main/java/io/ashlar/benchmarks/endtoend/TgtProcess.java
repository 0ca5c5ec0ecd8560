package io.ashlar.benchmarks.endtoend;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Debian's `tgt`, a userspace iSCSI target, serving a file: the peer of the iSCSI rows.
final class TgtProcess implements AutoCloseable {
  private static final String TARGET = "iqn.2026-11.io.ashlar.benchmarks:tgt";
  private static final int ATTEMPTS_MAX = 50;

  private final Process process;
  private final int controlPort;
  private final int port;

  private TgtProcess(Process process, int controlPort, int port) {
    this.process = process;
    this.controlPort = controlPort;
    this.port = port;
  }

  /// Starts a daemon of our own and gives it one LUN.
  ///
  /// @param directIo `direct` opens the file with O_DIRECT; empty goes through the page cache
  static TgtProcess start(Path file, String directIo) throws IOException, InterruptedException {
    int port = freePort();
    int controlPort = port % 30_000;
    Process process =
        new ProcessBuilder(
                Command.pinned(
                    Command.TARGET_CORE,
                    List.of(
                        "tgtd",
                        "-f",
                        "-C",
                        Integer.toString(controlPort),
                        "--iscsi",
                        "portal=127.0.0.1:" + port)))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    TgtProcess tgt = new TgtProcess(process, controlPort, port);
    try {
      tgt.configure(file, directIo);
      return tgt;
    } catch (IOException e) {
      tgt.close();
      throw e;
    }
  }

  private void configure(Path file, String directIo) throws IOException, InterruptedException {
    awaitControl();
    admin("--lld", "iscsi", "--op", "new", "--mode", "target", "--tid", "1", "-T", TARGET);
    List<String> lun =
        new ArrayList<>(
            List.of("--lld", "iscsi", "--op", "new", "--mode", "logicalunit", "--tid", "1"));
    lun.addAll(List.of("--lun", "1", "-b", file.toString()));
    if (!directIo.isEmpty()) {
      lun.addAll(List.of("--bsoflags", directIo));
    }
    admin(lun.toArray(String[]::new));
    admin("--lld", "iscsi", "--op", "bind", "--mode", "target", "--tid", "1", "-I", "ALL");
  }

  private void awaitControl() throws IOException, InterruptedException {
    for (int i = 0; i < ATTEMPTS_MAX; i++) {
      try {
        admin("--lld", "iscsi", "--op", "show", "--mode", "target");
        return;
      } catch (IOException notYet) {
        Thread.sleep(100);
      }
    }
    throw new IOException("tgtd does not answer on its control port " + controlPort + ".");
  }

  private String admin(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("tgtadm", "-C", Integer.toString(controlPort)));
    command.addAll(List.of(arguments));
    return Command.run(Command.CLIENT_CORE, command);
  }

  String url() {
    return "iscsi://127.0.0.1:" + port + "/" + TARGET + "/1";
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /// tgtd ignores SIGTERM while it has targets, and holds nothing that is worth an orderly end.
  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
