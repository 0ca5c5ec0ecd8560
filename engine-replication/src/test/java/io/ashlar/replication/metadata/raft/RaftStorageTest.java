package io.ashlar.replication.metadata.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.replication.metadata.ClusterCommand;
import io.ashlar.replication.metadata.ClusterCommand.PutNode;
import io.ashlar.replication.metadata.ClusterState;
import io.ashlar.replication.metadata.NodeMetadata;
import io.ashlar.replication.metadata.Samples;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What one node has on disk, and what becomes of it.
class RaftStorageTest {
  private static final int COMMANDS = 400;

  @TempDir Path directory;

  private RaftCluster cluster = new RaftCluster(Path.of("unused"), 0);

  @BeforeEach
  void begin() throws Exception {
    cluster = new RaftCluster(directory, 1);
    cluster.open();
    cluster.commit(0, Samples.FORM);
  }

  @AfterEach
  void closeAll() {
    cluster.close();
  }

  private static ClusterCommand once(int number) {
    return new PutNode(new NodeMetadata(new UUID(90, number), "once-" + number, 1));
  }

  private ClusterState fill() throws Exception {
    for (int i = 0; i < COMMANDS; i++) {
      cluster.commit(0, once(i));
    }
    return cluster.store(0).state();
  }

  private Path storage() {
    return cluster.settings(0).storage();
  }

  private static List<Path> files(Path directory, String prefix) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .filter(each -> each.getFileName().toString().startsWith(prefix))
          .filter(each -> !each.toString().endsWith(".md5"))
          .sorted()
          .toList();
    }
  }

  @Test
  void shouldKeepTheLogShortBySnapshots() throws Exception {
    fill();
    RaftCluster.await(() -> hasFewFiles());
    cluster.close(0);
    cluster.resume(0);
    assertThat(cluster.store(0).awaitCaughtUp(RaftCluster.PATIENCE_MILLIS)).isNull();
    assertThat(cluster.store(0).state().version()).isEqualTo(COMMANDS + 1);
  }

  private boolean hasFewFiles() {
    try {
      return files(storage().resolve("sm"), "snapshot").size() <= 2
          && files(storage().resolve("current"), "log_").size() <= 3
          && !Files.exists(storage().resolve("current/log_0-49"));
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void shouldComeBackAfterACrashAtAnyMoment() throws Exception {
    for (int i = 0; i < 5; i++) {
      for (int each = 0; each < 37; each++) {
        cluster.commit(0, once(100 * i + each));
      }
      ClusterState before = cluster.store(0).state();
      Path crashed = directory.resolve("crashed-" + i);
      copy(storage(), cluster.settings(0, crashed).storage());
      cluster.close(0);
      cluster.put(0, RaftMetadataStore.resume(cluster.settings(0, crashed)));
      assertThat(cluster.store(0).awaitCaughtUp(RaftCluster.PATIENCE_MILLIS)).isNull();
      assertThat(cluster.store(0).state()).isEqualTo(before);
      cluster.close(0);
      cluster.resume(0);
      assertThat(cluster.store(0).awaitCaughtUp(RaftCluster.PATIENCE_MILLIS)).isNull();
    }
  }

  /// Copies what is there at one moment: files come and go while it is copied, by snapshots and
  /// what they make needless, and then it is copied again.
  private static void copy(Path from, Path to) throws IOException {
    for (int tries = 0; ; tries++) {
      assertThat(tries).as("the storage comes to rest").isLessThan(100);
      Path attempt = to.resolveSibling(to.getFileName() + "-try-" + tries);
      try {
        List<String> before = listing(from);
        copyAll(from, attempt);
        if (listing(from).equals(before)) {
          Files.createDirectories(to.getParent());
          Files.move(attempt, to);
          return;
        }
      } catch (NoSuchFileException | UncheckedIOException gone) {
        // It went while it was copied.
      }
    }
  }

  /// Every file with its length and when it was last written.
  private static List<String> listing(Path root) throws IOException {
    List<String> found = new ArrayList<>();
    try (Stream<Path> all = Files.walk(root)) {
      for (Path each : all.sorted().toList()) {
        found.add(each + " " + Files.size(each) + " " + Files.getLastModifiedTime(each));
      }
    }
    return found;
  }

  private static void copyAll(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path each : all.toList()) {
        Path target = to.resolve(from.relativize(each).toString());
        if (Files.isDirectory(each)) {
          Files.createDirectories(target);
        } else if (!each.endsWith("in_use.lock")) {
          Files.copy(each, target);
        }
      }
    }
  }

  @Test
  void shouldCutATornEndOfTheLogAndNothingElse() throws Exception {
    ClusterState before = fill();
    cluster.close(0);
    Path open = files(storage().resolve("current"), "log_inprogress").getFirst();
    byte[] whole = Files.readAllBytes(open);
    int end = SegmentScan.of(whole).provedBytes();
    byte[] torn = Arrays.copyOf(whole, end + 4096);
    torn[end] = 60; // an entry of 60 bytes, of which 20 were written
    Arrays.fill(torn, end + 1, end + 21, (byte) 7);
    Files.write(open, torn);
    cluster.resume(0);
    assertThat(cluster.store(0).awaitCaughtUp(RaftCluster.PATIENCE_MILLIS)).isNull();
    assertThat(cluster.store(0).state()).isEqualTo(before);
    cluster.commit(0, once(5_000));
  }

  @Test
  void shouldRefuseADamagedFileAndNameIt() throws Exception {
    fill();
    cluster.close(0);
    Path current = storage().resolve("current");
    List<Path> victims =
        List.of(
            files(current, "log_").getFirst(),
            files(current, "log_inprogress").getFirst(),
            files(storage().resolve("sm"), "snapshot").getLast());
    for (Path victim : victims) {
      byte[] whole = Files.readAllBytes(victim);
      byte[] damaged = whole.clone();
      damaged[40] ^= 0x10;
      Files.write(victim, damaged);
      assertRefused(victim.toString(), "is damaged");
      Files.write(victim, whole);
    }
    for (Path victim : List.of(current.resolve("raft-meta"), victims.getLast())) {
      Path aside = directory.resolve("aside");
      Files.move(victim, aside);
      assertRefused(victim.endsWith("raft-meta") ? victim.toString() : "lacks the entries", "");
      Files.move(aside, victim);
    }
    cluster.resume(0);
  }

  private void assertRefused(String place, String sentence) {
    assertThatThrownBy(() -> cluster.resume(0))
        .isInstanceOf(RaftMetadataException.class)
        .hasMessageContaining(place)
        .hasMessageContaining(sentence);
  }

  @Test
  void shouldRefuseToBeginWhereThereIsSomething() throws Exception {
    cluster.close(0);
    List<RaftMember> alone = List.of(cluster.member(0));
    assertThatThrownBy(() -> RaftMetadataStore.form(cluster.settings(0), alone))
        .isInstanceOf(RaftMetadataException.class)
        .hasMessageContaining("holds metadata already");
    assertThatThrownBy(() -> RaftMetadataStore.join(cluster.settings(0), alone))
        .hasMessageContaining("holds metadata already");
    assertThatThrownBy(
            () -> RaftMetadataStore.resume(cluster.settings(0, directory.resolve("elsewhere"))))
        .isInstanceOf(RaftMetadataException.class)
        .hasMessageContaining("raft-meta is missing");
  }

  @Test
  void shouldRefuseASecondStoreInTheSameDirectory() {
    assertThatThrownBy(() -> RaftMetadataStore.resume(cluster.settings(0)))
        .isInstanceOf(RaftMetadataException.class)
        .hasMessageContaining("in use by another daemon");
  }

  @Test
  void shouldSayThatThePortIsTaken() throws Exception {
    cluster.close(0);
    try (ServerSocket taken =
        new ServerSocket(cluster.member(0).port(), 1, InetAddress.getLoopbackAddress())) {
      assertThat(taken.isBound()).isTrue();
      assertRefused("127.0.0.1:" + cluster.member(0).port(), "Address already in use");
    }
    cluster.resume(0);
  }

  @Test
  void shouldBeginAgainFromABackup() throws Exception {
    ClusterState before = fill();
    Path backup = directory.resolve("backup");
    assertThat(cluster.store(0).backUp(backup)).isEqualTo(before.version());
    cluster.close(0);
    assertThatThrownBy(() -> RaftMetadataStore.recover(cluster.settings(0), backup))
        .hasMessageContaining("holds metadata already");
    int index = cluster.another();
    cluster.put(index, RaftMetadataStore.recover(cluster.settings(index), backup));
    assertThat(cluster.store(index).state()).isEqualTo(before);
    cluster.commit(index, once(6_000));
    ClusterState after = cluster.store(index).state();
    cluster.close(index);
    cluster.resume(index);
    assertThat(cluster.store(index).awaitCaughtUp(RaftCluster.PATIENCE_MILLIS)).isNull();
    assertThat(cluster.store(index).state()).isEqualTo(after);
    int grown = cluster.another();
    cluster.put(
        grown, RaftMetadataStore.join(cluster.settings(grown), List.of(cluster.member(index))));
    cluster.store(index).addMember(cluster.member(grown));
    assertThat(cluster.store(grown).awaitCaughtUp(RaftCluster.PATIENCE_MILLIS)).isNull();
    assertThat(cluster.store(grown).state()).isEqualTo(after);
  }

  @Test
  void shouldRefuseADamagedBackup() throws Exception {
    Path backup = directory.resolve("backup");
    cluster.store(0).backUp(backup);
    byte[] whole = Files.readAllBytes(backup);
    for (int i = 0; i < whole.length; i++) {
      byte[] damaged = whole.clone();
      damaged[i] ^= 1;
      Files.write(backup, damaged);
      assertThatThrownBy(() -> RaftMetadataStore.readBackup(backup))
          .isInstanceOf(RaftMetadataException.class)
          .hasMessageContaining("is damaged");
    }
  }
}
