package io.ashlar.benchmarks.endtoend;

import io.ashlar.initiator.nvme.bench.AccessPattern;
import io.ashlar.initiator.nvme.bench.LoadShape;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A [ProtocolTarget] on the target's core, with the daemon's JVM options.
final class ProtocolProcess implements AutoCloseable {
  private final Process process;
  private final InetSocketAddress address;
  private final String subsystem;

  private ProtocolProcess(Process process, InetSocketAddress address, String subsystem) {
    this.process = process;
    this.address = address;
    this.subsystem = subsystem;
  }

  static ProtocolProcess start(int spinMicroseconds) throws IOException {
    List<String> command = new ArrayList<>(DaemonProcess.java());
    command.add(ProtocolTarget.class.getName());
    command.add(Integer.toString(spinMicroseconds));
    Process process =
        new ProcessBuilder(Command.pinned(Command.TARGET_CORE, command))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader reader = process.inputReader();
    String line = reader.readLine();
    if (line == null) {
      throw new IOException("The protocol target ended before it listened.");
    }
    int space = line.indexOf(' ');
    return new ProtocolProcess(
        process,
        new InetSocketAddress(
            InetAddress.getLoopbackAddress(), Integer.parseInt(line.substring(0, space))),
        line.substring(space + 1));
  }

  /// Random reads of 4 KiB.
  NvmeLoad reads(String name, int depth) {
    return load(name, 100, depth);
  }

  /// Random reads and writes of 4 KiB.
  NvmeLoad load(String name, int readPercent, int depth) {
    return new NvmeLoad(
        name,
        address,
        subsystem,
        new LoadShape(
            AccessPattern.RANDOM, readPercent, 4096, depth, 0, ProtocolTarget.VOLUME_BYTES, 100, 1),
        NvmeLoad.WARM_UP);
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
