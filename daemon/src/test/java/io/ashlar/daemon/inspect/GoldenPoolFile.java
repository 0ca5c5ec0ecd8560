package io.ashlar.daemon.inspect;

import io.ashlar.cli.CommandRunner;
import io.ashlar.core.base.Crc32c;
import io.ashlar.daemon.salvage.SalvageCommand;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.SplittableRandom;
import java.util.zip.GZIPInputStream;
import org.agrona.concurrent.UnsafeBuffer;

/// The golden pool of format v2 as a file, its key file, and a way to damage and look at it.
final class GoldenPoolFile {
  private static final Path IMAGE =
      Path.of("../simulation/src/test/resources/io/ashlar/core/store/pool-v2-unit-512.img.gz");
  private static final int MIB = 1 << 20;

  /// What a command line ended with.
  record Result(int exitCode, String out, String err) {}

  final Path path;
  final Path keyFile;

  GoldenPoolFile(Path directory) throws IOException {
    path = directory.resolve("pool.img");
    keyFile = directory.resolve("kek");
    try (InputStream bytes = new GZIPInputStream(Files.newInputStream(IMAGE))) {
      Files.copy(bytes, path);
    }
    writeKey();
  }

  /// The key that the golden pool's keys are wrapped with, as its script draws it.
  private void writeKey() throws IOException {
    byte[] key = new byte[32];
    new SplittableRandom(5).nextBytes(key);
    ByteBuffer file = ByteBuffer.allocate(60).order(ByteOrder.LITTLE_ENDIAN);
    file.put("ASHLKEK1".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    file.putLong(8).putLong(9).put(key);
    file.putInt(new Crc32c().of(new UnsafeBuffer(file.array()), 0, file.position()));
    Files.createFile(
        keyFile,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.write(keyFile, file.array());
  }

  void overwrite(long offset, int bytes, int value) throws IOException {
    byte[] damage = new byte[bytes];
    java.util.Arrays.fill(damage, (byte) value);
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(damage), offset);
    }
  }

  /// Damages segment 0, where the plain volume's first blocks are.
  void damageFirstSegment() throws IOException {
    overwrite(MIB + 4096L, 512, 0x77);
  }

  byte[] bytes() throws IOException {
    return Files.readAllBytes(path);
  }

  Result run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode =
        new CommandRunner(new PrintWriter(out), new PrintWriter(err))
            .add(new InspectCommand())
            .add(new SalvageCommand())
            .run(arguments);
    return new Result(exitCode, out.toString(), err.toString());
  }
}
