package io.ashlar.daemon.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.daemon.inspect.GoldenPoolFile.Result;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class SalvageCommandTest {
  private static final int BLOCK = 4096;

  @TempDir private Path directory;

  @SuppressWarnings("NullAway.Init") // set before each test
  private GoldenPoolFile pool;

  @SuppressWarnings("NullAway.Init") // set before each test
  private Path images;

  @BeforeEach
  void unpack() throws IOException {
    pool = new GoldenPoolFile(directory);
    images = directory.resolve("images");
  }

  private Result salvage(String... more) {
    String[] always = {"salvage", pool.path.toString(), "--to", images.toString()};
    String[] all = Arrays.copyOf(always, always.length + more.length);
    System.arraycopy(more, 0, all, always.length, more.length);
    return pool.run(all);
  }

  private String block(String image, int block) throws IOException {
    byte[] bytes = Files.readAllBytes(images.resolve(image));
    return new String(bytes, block * BLOCK, 30, StandardCharsets.US_ASCII);
  }

  @Test
  void shouldCopyEveryVolumeWithTheKey() throws IOException {
    byte[] before = pool.bytes();
    Result result = salvage("--key-file", pool.keyFile.toString());
    assertThat(result.exitCode()).as(result.err() + result.out()).isZero();
    assertThat(result.out())
        .containsPattern("(?m)^volume-1 +whole +1MiB +48KiB +0B +0B +volume-1.raw$")
        .contains("Both superblocks are sound; checkpoint 2 says which versions count.")
        .contains("Everything that was acknowledged is in the images.");
    assertThat(block("volume-1.raw", 1)).startsWith("Layer 1 block 1 version 2. ");
    assertThat(block("volume-2.raw", 0)).startsWith("Layer 2 block 0 version 2. ");
    assertThat(block("volume-2.raw", 9)).as("unmapped").startsWith("\0\0\0\0");
    assertThat(block("volume-3.raw", 300)).startsWith("Layer 3 block 300 version 1. ");
    assertThat(Files.size(images.resolve("volume-3.raw"))).isEqualTo(2 << 20);
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(images.resolve("volume-2.raw"))))
        .isEqualTo("rw-------");
    assertThat(pool.bytes()).as("the pool").isEqualTo(before);
  }

  @Test
  void shouldLeaveEncryptedVolumesOutWithoutTheKey() {
    Result result = salvage();
    assertThat(result.exitCode()).isOne();
    assertThat(result.out())
        .containsPattern("(?m)^volume-2 +locked .* -$")
        .contains("give the pool's key file by --key-file");
    assertThat(images.resolve("volume-2.raw")).doesNotExist();
    assertThat(images.resolve("volume-1.raw")).exists();
  }

  @Test
  void shouldDoWithoutSuperblocksAndListWhatIsLost() throws IOException {
    pool.overwrite(0, 2 * BLOCK, 0);
    pool.damageFirstSegment();
    Result result = salvage("--key-file", pool.keyFile.toString());
    assertThat(result.exitCode()).isOne();
    assertThat(result.out()).contains("Both superblocks are lost; the shape was found");
    JsonNode list = new JsonMapper().readTree(Files.readString(images.resolve("salvage.json")));
    assertThat(list.get("complete").asBoolean()).isFalse();
    assertThat(list.get("soundSuperblocks").asInt()).isZero();
    assertThat(list.get("volumes").size()).isEqualTo(3);
  }

  @Test
  void shouldWriteOverNothing() throws IOException {
    Files.createDirectories(images);
    Files.createFile(images.resolve("mine"));
    Result result = salvage();
    assertThat(result.exitCode()).isOne();
    assertThat(result.err()).contains("error[salvage-refused]").contains("is not empty");
  }

  @Test
  void shouldRefuseWhatIsNoPoolOrNoKey() throws IOException {
    Path other = Files.write(directory.resolve("other"), new byte[4 << 20]);
    assertThat(pool.run("salvage", other.toString(), "--to", images.toString()).err())
        .contains("looks like an Ashlar pool");
    assertThat(salvage("--key-file", other.toString()).err()).contains("other");
    assertThat(salvage("--segment-size", "1000").err()).contains("whole MiB");
    assertThat(pool.run("salvage", pool.path.toString()).exitCode()).isEqualTo(2);
  }
}
