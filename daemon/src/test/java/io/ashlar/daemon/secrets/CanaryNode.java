package io.ashlar.daemon.secrets;

import io.ashlar.core.base.Crc32c;
import io.ashlar.daemon.Main;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;

/// A node in a process of its own, whose every secret is known.
final class CanaryNode implements AutoCloseable {
  static final String INITIATOR = "iqn.2026-11.test:canary";
  static final byte[] CHAP_SECRET = ascii("chap-CANARY-sings-in-the-mine");
  static final byte[] NODE_SECRET = ascii("node-CANARY-answers-from-below");
  static final byte[] KEK = ascii("kek-CANARY-of-exactly-32-bytes!!");
  static final byte[] TOKEN = ascii("70ce".repeat(15) + "cafe");

  private static final int PATIENCE_SECONDS = 60;

  final Path data;
  final Path log;
  private final Process process;

  CanaryNode(Path directory) throws Exception {
    data = directory.resolve("data");
    log = directory.resolve("log");
    Files.createDirectory(
        data, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    secretFile(data.resolve("kek"), kekFile());
    secretFile(
        data.resolve("api.token"), ascii(new String(TOKEN, StandardCharsets.US_ASCII) + "\n"));
    Path chap = directory.resolve("chap");
    secretFile(
        chap,
        ascii("%s canary %s node %s\n".formatted(INITIATOR, text(CHAP_SECRET), text(NODE_SECRET))));
    process = start(directory, chap);
    await();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  static String text(byte[] ascii) {
    return new String(ascii, StandardCharsets.US_ASCII);
  }

  private static void secretFile(Path file, byte[] content) throws IOException {
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.write(file, content);
  }

  /// As [io.ashlar.daemon.secret.KekFile] describes it.
  private static byte[] kekFile() {
    UnsafeBuffer file = new UnsafeBuffer(ByteBuffer.allocateDirect(60));
    file.putBytes(0, ascii("ASHLKEK1"));
    file.putLong(8, 7, ByteOrder.LITTLE_ENDIAN);
    file.putLong(16, 9, ByteOrder.LITTLE_ENDIAN);
    file.putBytes(24, KEK);
    file.putInt(56, new Crc32c().of(file, 0, 56), ByteOrder.LITTLE_ENDIAN);
    byte[] bytes = new byte[60];
    file.getBytes(0, bytes);
    return bytes;
  }

  private Process start(Path directory, Path chap) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx96m",
            "-XX:+UseSerialGC",
            "--sun-misc-unsafe-memory-access=allow",
            "--add-exports",
            "java.base/jdk.internal.misc=ALL-UNNAMED",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            Main.class.getName(),
            "up"));
    for (String setting :
        List.of(
            "data.directory=" + data,
            "pool.size=1GiB",
            "engine.index-budget=16MiB",
            "nvme.buffer-size=16MiB",
            "iscsi.buffer-size=16MiB",
            "management.port=0",
            "nvme.port=0",
            "nvme.discovery-port=0",
            "iscsi.port=0",
            "log.level=trace",
            "iscsi.chap-file=" + chap)) {
      command.addAll(List.of("--set", setting));
    }
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    return builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
  }

  private void await() throws Exception {
    for (int i = 0; i < PATIENCE_SECONDS * 10; i++) {
      if (log().contains("Ctrl-C stops the node.")) {
        return;
      }
      if (!process.isAlive()) {
        break;
      }
      Thread.sleep(100);
    }
    throw new AssertionError("the node did not start: " + log());
  }

  String log() throws IOException {
    return Files.readString(log);
  }

  long pid() {
    return process.pid();
  }

  /// Runs a command of the JDK's `jcmd` on the node.
  String jcmd(String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString());
    command.add(Long.toString(pid()));
    command.addAll(List.of(arguments));
    Process jcmd = new ProcessBuilder(command).redirectErrorStream(true).start();
    String answer = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (jcmd.waitFor() != 0) {
      throw new AssertionError("jcmd failed: " + answer);
    }
    return answer;
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
