package io.ashlar.interop.daemon;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// One run of `ashlar up`, from the packaged jar and with the options that users get.
final class DaemonProcess {
  private static final Path JAR = Path.of(System.getProperty("ashlar.daemon.jar", "absent"));
  private static final String JVM_OPTIONS = System.getProperty("ashlar.jvm.options", "absent");
  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(60);
  private static final Duration COMMAND_LIMIT = Duration.ofSeconds(60);

  /// The last line of the welcome: from here on hosts are served.
  private static final String WELCOMED = "Ctrl-C stops the node.";

  private static final Pattern ENDPOINT =
      Pattern.compile("(?m)^  (management|nvme-tcp|nvme-discovery|iscsi) +\\S*:(\\d+)$");

  private final Process process;
  private final Path log;

  private DaemonProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /// Starts the daemon and waits until it serves.
  ///
  /// @param log where its output goes
  static DaemonProcess start(Path data, Path log, Map<String, String> options) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("up", "--data", data.toString()));
    options.forEach((key, value) -> arguments.addAll(List.of("--set", key + "=" + value)));
    List<String> command = command(arguments);
    command.add(1, "@" + JVM_OPTIONS);
    DaemonProcess daemon =
        new DaemonProcess(
            new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start(),
            log);
    daemon.awaitWelcome();
    return daemon;
  }

  /// Runs another command of `ashlar` to its end, and it must succeed.
  static String run(Map<String, String> environment, String... arguments) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(command(List.of(arguments))).redirectErrorStream(true);
    builder.environment().putAll(environment);
    Path output = Files.createTempFile("ashlar-command-", ".out");
    try {
      Process process = builder.redirectOutput(output.toFile()).start();
      boolean hasEnded = process.waitFor(COMMAND_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
      String text = Files.readString(output);
      if (!hasEnded || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new IOException("ashlar " + String.join(" ", arguments) + " failed:\n" + text);
      }
      return text;
    } finally {
      Files.delete(output);
    }
  }

  private static List<String> command(List<String> arguments) {
    assumeTrue(
        Files.isRegularFile(JAR), "the daemon is not packaged (run by ./mvnw verify): " + JAR);
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    List<String> command = new ArrayList<>(List.of(java, "-jar", JAR.toString()));
    command.addAll(arguments);
    return command;
  }

  private void awaitWelcome() throws Exception {
    long giveUpNs = System.nanoTime() + START_LIMIT.toNanos();
    while (!output().contains(WELCOMED)) {
      if (System.nanoTime() > giveUpNs || process.waitFor(50, TimeUnit.MILLISECONDS)) {
        kill();
        throw new IOException("the daemon did not start:\n" + output());
      }
    }
  }

  /// The ports of its listeners by service, as the welcome tells them.
  Map<String, Integer> ports() throws IOException {
    Map<String, Integer> ports = new HashMap<>();
    Matcher endpoint = ENDPOINT.matcher(output());
    while (endpoint.find()) {
      ports.put(endpoint.group(1), Integer.valueOf(endpoint.group(2)));
    }
    return ports;
  }

  /// What it has said so far.
  String output() throws IOException {
    return Files.readString(log);
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /// Ends it by SIGKILL: no chance to write anything.
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  /// Ends it by SIGTERM, as Ctrl-C does.
  ///
  /// @throws IOException if it does not end in time, and then it is killed
  void stop() throws IOException {
    process.destroy();
    process
        .onExit()
        .completeOnTimeout(process, STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
        .join();
    if (process.isAlive()) {
      kill();
      throw new IOException("the daemon did not stop when it was told to:\n" + output());
    }
  }
}
