package io.ashlar.interop.guest;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.ashlar.core.base.Check;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A Linux 6.12 guest under QEMU that runs shell commands, one at a time. It reaches this machine's
/// loopback as [#HOST_ADDRESS]. Emulated, so slow: it proves function, not speed, and its clock may
/// jump.
public final class LinuxGuest implements AutoCloseable {
  /// This machine's 127.0.0.1 as the guest sees it.
  public static final String HOST_ADDRESS = "10.0.2.2";

  private static final Duration BOOT_LIMIT = Duration.ofSeconds(150);
  private static final String READY = "@@READY";
  private static final String END = "@@END ";
  private static final String KERNEL_ARGUMENTS =
      "console=ttyS0 quiet panic=-1 mitigations=off nokaslr tsc=reliable audit=0"
          + " cryptomgr.notests net.ifnames=0 nvme.poll_queues=1";

  private final Process process;
  private final Path kernelLog;
  private final OutputStream commands;
  private final LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private int commandNumber;

  /// How a command ended in the guest.
  ///
  /// @param exit its exit code
  /// @param lines what it printed, errors among it
  public record Ended(int exit, List<String> lines) {
    /// All lines as one text.
    public String text() {
      return String.join("\n", lines);
    }
  }

  private LinuxGuest(GuestFiles files, Path directory, List<String> devices) throws IOException {
    kernelLog = Files.createTempFile(directory, "guest-kernel-", ".log");
    List<String> command = command(files);
    command.addAll(devices);
    process = new ProcessBuilder(command).redirectErrorStream(true).start();
    commands = process.getOutputStream();
    Thread reader = new Thread(this::readLines, "guest-lines");
    reader.setDaemon(true);
    reader.start();
  }

  /// KVM is left alone: it may be there and not work.
  private List<String> command(GuestFiles files) {
    List<String> command = new ArrayList<>(List.of("qemu-system-x86_64"));
    command.addAll(List.of("-accel", "tcg,tb-size=512", "-cpu", "max", "-smp", "1"));
    command.addAll(List.of("-m", "1024", "-nodefaults", "-display", "none", "-no-reboot"));
    command.addAll(List.of("-kernel", files.kernel().toString()));
    command.addAll(List.of("-initrd", files.initramfs().toString()));
    command.addAll(List.of("-append", KERNEL_ARGUMENTS));
    command.addAll(List.of("-netdev", "user,id=net0", "-device", "virtio-net-pci,netdev=net0"));
    command.addAll(List.of("-serial", "file:" + kernelLog, "-serial", "stdio"));
    return command;
  }

  /// Boots a guest, or skips the test if there is nothing to boot. Emulation itself fails now and
  /// then, so a guest that does not come up is tried once more.
  ///
  /// @param directory where the kernel's messages go
  public static LinuxGuest boot(Path directory) throws Exception {
    return boot(directory, List.of());
  }

  /// @param devices QEMU's options for further devices
  static LinuxGuest boot(Path directory, List<String> devices) throws Exception {
    GuestFiles files = GuestFiles.require();
    LinuxGuest first = new LinuxGuest(files, directory, devices);
    if (first.isUp()) {
      return first;
    }
    first.close();
    LinuxGuest second = new LinuxGuest(files, directory, devices);
    if (second.isUp()) {
      return second;
    }
    String log = second.kernelLog();
    second.close();
    throw new IOException("the guest did not come up:\n" + log);
  }

  private boolean isUp() throws InterruptedException {
    long giveUpNs = System.nanoTime() + BOOT_LIMIT.toNanos();
    while (process.isAlive() && System.nanoTime() < giveUpNs) {
      if (READY.equals(lines.poll(1, TimeUnit.SECONDS))) {
        return true;
      }
    }
    return false;
  }

  /// Runs one line of shell in a subshell, to its end. What it starts with `&` goes on.
  ///
  /// @throws IOException if the guest died, or the command did not end in time
  public Ended run(Duration limit, String command) throws Exception {
    Check.that(command.indexOf('\n') < 0, "a command is one line");
    String mark = END + ++commandNumber + " ";
    String line = "( " + command + " ) 2>&1; rc=$?; echo; echo \"" + mark + "$rc\"\n";
    commands.write(line.getBytes(UTF_8));
    commands.flush();
    List<String> output = new ArrayList<>();
    long giveUpNs = System.nanoTime() + limit.toNanos();
    while (true) {
      String next = nextLine(giveUpNs, command, output);
      if (next.startsWith(mark)) {
        // The line break that set the mark apart is not the command's.
        if (!output.isEmpty() && output.getLast().isEmpty()) {
          output.removeLast();
        }
        return new Ended(Integer.parseInt(next.substring(mark.length())), output);
      }
      output.add(next);
    }
  }

  /// As [#run], and the command must succeed.
  public String check(Duration limit, String command) throws Exception {
    Ended ended = run(limit, command);
    if (ended.exit != 0) {
      throw new IOException(
          "in the guest, "
              + command
              + " ended with "
              + ended.exit
              + ":\n"
              + ended.text()
              + "\nkernel:\n"
              + kernelLog());
    }
    return ended.text();
  }

  private String nextLine(long giveUpNs, String command, List<String> output) throws Exception {
    @Nullable String line = null;
    while (line == null) {
      line = lines.poll(1, TimeUnit.SECONDS);
      if (line == null && (!process.isAlive() || System.nanoTime() > giveUpNs)) {
        throw new IOException(
            (process.isAlive() ? "no end in time of " : "the guest died during ")
                + command
                + ":\n"
                + String.join("\n", output)
                + "\nkernel:\n"
                + kernelLog());
      }
    }
    return line;
  }

  /// The kernel's messages so far.
  public String kernelLog() throws IOException {
    return new String(Files.readAllBytes(kernelLog), UTF_8);
  }

  private void readLines() {
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        lines.add(line.strip());
      }
    } catch (IOException e) {
      // The guest was ended; whoever waits for a line of it sees that.
      lines.add("@@CLOSED " + e.getMessage());
    }
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
