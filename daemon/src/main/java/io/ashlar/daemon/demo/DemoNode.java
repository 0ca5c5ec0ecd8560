package io.ashlar.daemon.demo;

import io.ashlar.control.ControlClient;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One daemon of a demonstration: a process of its own, in a directory of its own.
final class DemoNode {
  private static final int STOP_SECONDS_MAX = 30;

  private final DemoNetwork network;
  private final int index;
  private final String name;
  private final Path directory;
  private final Path log;
  private @Nullable Process process;

  DemoNode(DemoNetwork network, int index, Path below) {
    this.network = network;
    this.index = index;
    name = String.valueOf((char) ('a' + index));
    directory = below.resolve(name);
    log = below.resolve(name + ".log");
  }

  String name() {
    return name;
  }

  Path log() {
    return log;
  }

  /// The owner's socket, which needs no network.
  String api() {
    return "unix:" + directory.resolve("api.sock").toAbsolutePath();
  }

  ControlClient client() {
    return new ControlClient(URI.create(api()), null);
  }

  /// Starts it; it serves some time later.
  void start() throws DemoException {
    List<String> command = new ArrayList<>(network.prefix(index));
    command.addAll(JavaCommand.words());
    command.addAll(List.of("up", "--data", directory.toString()));
    for (String setting : settings()) {
      command.add("--set");
      command.add(setting);
    }
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().keySet().removeIf(each -> each.startsWith("ASHLAR__"));
    builder.environment().remove("NOTIFY_SOCKET");
    try {
      process = builder.start();
    } catch (IOException refused) {
      throw new DemoException(
          "Node '%s' cannot be started: %s.".formatted(name, refused.getMessage()), refused);
    }
  }

  private List<String> settings() {
    return List.of(
        "node.name=" + name,
        "cluster.address=" + network.address(index),
        "cluster.range=" + network.range(),
        "cluster.zone=rack-" + (index + 1),
        "pool.size=2GiB",
        "engine.index-budget=16MiB",
        "nvme.buffer-size=8MiB",
        "iscsi.buffer-size=16MiB",
        "management.port=0",
        "nvme.port=0",
        "nvme.discovery-port=0",
        "iscsi.port=0");
  }

  boolean isRunning() {
    Process present = process;
    return present != null && present.isAlive();
  }

  /// Ends it as a loss of power would.
  void kill() throws DemoException {
    Process present = process;
    if (present != null) {
      // Below 'ip netns exec' it is the same process: that executes the command in its place.
      await(present.destroyForcibly());
    }
  }

  /// Lets it end in order.
  void stop() throws DemoException {
    Process present = process;
    if (present != null && present.isAlive()) {
      present.destroy();
      await(present);
    }
  }

  private void await(Process ending) throws DemoException {
    try {
      if (!ending.waitFor(STOP_SECONDS_MAX, TimeUnit.SECONDS)) {
        var _ = ending.destroyForcibly();
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new DemoException("Interrupted.", interrupted);
    }
  }

  /// The end of what it said, for people.
  String lastLines(int count) {
    try {
      List<String> lines = Files.readAllLines(log);
      return String.join("\n", lines.subList(Math.max(0, lines.size() - count), lines.size()));
    } catch (IOException unread) {
      return "";
    }
  }
}
