package io.ashlar.daemon.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.daemon.inspect.GoldenPoolFile.Result;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class InspectCommandTest {
  @TempDir private Path directory;

  @SuppressWarnings("NullAway.Init") // set before each test
  private GoldenPoolFile pool;

  @SuppressWarnings("NullAway.Init") // set before each test
  private String file;

  @BeforeEach
  void unpack() throws IOException {
    pool = new GoldenPoolFile(directory);
    file = pool.path.toString();
  }

  @Test
  void shouldExplainAPool() {
    Result result = pool.run("inspect", file);
    assertThat(result.err()).isEmpty();
    assertThat(result.exitCode()).isZero();
    assertThat(result.out())
        .contains("pool.img, format 2")
        .contains("not closed in order")
        .containsPattern("(?m)^A +0 +\\d+ +2 +\\d+ +sound$")
        .containsPattern("Superblock [AB] counts: both are sound")
        .containsPattern("Checkpoint 2 has \\d+ bytes")
        .containsPattern("(?m)^volume-2 +1MiB +4096 +2 +yes +yes +0{8}-")
        .containsPattern("(?m)^volume-3 +2MiB +4096 +3 +no +yes +0{8}-")
        .containsPattern("(?m)^0 +OPEN +USER +1 +")
        .doesNotContain("volume-4");
  }

  @Test
  void shouldExplainAPoolToMachines() {
    JsonNode json = new JsonMapper().readTree(pool.run("inspect", file, "-o", "json").out());
    assertThat(json.get("state").asString()).isEqualTo("OPEN");
    assertThat(json.get("superblocks").size()).isEqualTo(2);
    assertThat(json.get("volumes").size()).isEqualTo(3);
    assertThat(json.get("segments").get(0).get("liveBytes").asLong()).isPositive();
    assertThat(json.get("complaints").size()).isZero();
    assertThat(pool.run("inspect", file, "-o", "yaml").out()).contains("state: OPEN");
  }

  @Test
  void shouldSayWhyASuperblockIsNotBelieved() throws IOException {
    pool.overwrite(100, 1, 0x7F);
    Result result = pool.run("inspect", file);
    assertThat(result.exitCode()).isZero();
    assertThat(result.out())
        .containsPattern("(?m)^A +0 +- +- +- +superblock checksum expected=\\w+ actual=\\w+ at")
        .contains("Superblock B counts: the other is not sound.");
    pool.overwrite(4196, 1, 0x7F);
    Result neither = pool.run("inspect", file);
    assertThat(neither.exitCode()).isOne();
    assertThat(neither.err())
        .startsWith("error[inspect-refused]: no superblock of")
        .contains("ashlar salvage");
  }

  @Test
  void shouldListASegment() {
    Result result = pool.run("inspect", file, "--segment", "0");
    assertThat(result.exitCode()).isZero();
    assertThat(result.out())
        .contains("Segment 0 begins at byte 1048576 of the device and is 1048576 bytes long.")
        .contains("It is of the stream USER, generation 1, and holds")
        .contains("volume of layer 1")
        .contains("write to layer 1, block 0, version 2:1, 4096 bytes stored")
        .contains("unmap of layer 2, blocks 9 to 11")
        .contains("mark: what came before is durable");
    assertThat(pool.run("inspect", file, "--segment", "2").out())
        .contains("checkpoint piece 0")
        .containsPattern("index page \\d+ of level 0 of layer 2");
    assertThat(pool.run("inspect", file, "--segment", "9").out()).contains("It holds no group");
    assertThat(pool.run("inspect", file, "--segment", "16").err()).contains("segments 0 to 15");
  }

  @Test
  void shouldDumpEachStructureFieldByField() {
    Result superblock = pool.run("inspect", file, "--offset", "0");
    assertThat(superblock.out())
        .containsPattern("(?m)^0000000000 41 53 48 4c 41 52 53 42 +# magic ASHLARSB")
        .containsPattern("(?m)^000000000c 02 00 00 00 +# format version: 2")
        .containsPattern(
            "(?m)^0000000038 00 00 00 00 00 00 00 00 +# secret of the device, not shown");
    Result group = pool.run("inspect", file, "--offset", "0", "--segment", "0");
    assertThat(group.out())
        .contains("Group 1 at segment 0 offset 0")
        .containsPattern("(?m)^0000100000 41 47 52 50 +# magic AGRP")
        .containsPattern("# +record type: 8, VOLUME")
        .containsPattern("(?m)^0000100200 .* # volume: 0{8}-")
        .containsPattern("# +name: volume-1");
    Result sealed = pool.run("inspect", file, "--offset", "1024", "--segment", "0");
    assertThat(sealed.out())
        .as("payloads are at their own places, and lines of 16 bytes end fields")
        .containsPattern("(?m)^0000100600 .{48}# volume: 0{8}-")
        .containsPattern("(?m)^0000100630 41 57 4b 31 .*# wrapped keys$")
        .containsPattern("(?m)^0000100640( [0-9a-f]{2}){16}$");
    Result meta = pool.run("inspect", file, "--offset", "0", "--segment", "2");
    assertThat(meta.out()).contains("bitmap of a leaf of layer");
    assertThat(meta.out()).contains("address (sector)");
  }

  @Test
  void shouldDumpWhatHasNoStructure() {
    Result inside = pool.run("inspect", file, "--segment", "0", "--offset", "100", "--dump", "32");
    assertThat(inside.out())
        .contains("32 bytes at offset 1048676: segment 0 offset 100, inside group 1")
        .containsPattern("(?m)^0000100064 ");
    assertThat(pool.run("inspect", file, "--offset", "8192").out())
        .contains("no structure is known");
    assertThat(pool.run("inspect", file, "--offset", "1TiB").err()).contains("beyond its end");
  }

  @Test
  void shouldVerifyEveryChecksum() throws IOException {
    Result sound = pool.run("inspect", file, "--verify");
    assertThat(sound.exitCode()).isZero();
    assertThat(sound.out()).contains("Every checksum holds.");
    pool.damageFirstSegment();
    Result damaged = pool.run("inspect", file, "--verify");
    assertThat(damaged.exitCode()).isOne();
    assertThat(damaged.out())
        .containsPattern("Damaged: .* at device .*pool.img segment 0 offset \\d+\\.")
        .contains("place(s) are damaged");
  }

  @Test
  void shouldWriteNothing() throws IOException {
    byte[] before = pool.bytes();
    pool.run("inspect", file);
    pool.run("inspect", file, "--verify");
    pool.run("inspect", file, "--segment", "1");
    assertThat(pool.bytes()).isEqualTo(before);
  }

  @Test
  void shouldTellThatAnotherProcessHasTheDevice() throws IOException {
    // The lock of another channel of this process stands for another process's.
    try (FileChannel other = FileChannel.open(pool.path, StandardOpenOption.WRITE);
        FileLock lock = other.lock()) {
      assertThat(lock.isValid()).isTrue();
      Result result = pool.run("inspect", file);
      assertThat(result.out()).contains("another process, likely a node, has this device open");
      assertThat(pool.run("inspect", file, "--verify").err()).contains("Stop the node first");
    }
  }

  @Test
  void shouldRefuseWhatIsNoPool() throws IOException {
    Path other = Files.write(directory.resolve("other"), new byte[1 << 20]);
    assertThat(pool.run("inspect", other.toString()).err()).contains("holds no Ashlar pool");
    Path empty = Files.createFile(directory.resolve("empty"));
    assertThat(pool.run("inspect", empty.toString()).err()).contains("is empty");
    assertThat(pool.run("inspect", directory.toString()).err()).contains("is a directory");
    assertThat(pool.run("inspect", directory + "/absent").err()).contains("nothing at");
    assertThat(pool.run("inspect", file, "--verify", "--segment", "1").exitCode()).isEqualTo(2);
    assertThat(pool.run("inspect", file, "--offset", "0", "--dump", "0").exitCode()).isEqualTo(2);
  }

  @Test
  void shouldRefuseADeviceThatEndsEarly() throws IOException {
    try (FileChannel channel = FileChannel.open(pool.path, StandardOpenOption.WRITE)) {
      channel.truncate(4 << 20);
    }
    assertThat(pool.run("inspect", file).err()).contains("shorter than when it was formatted");
  }
}
