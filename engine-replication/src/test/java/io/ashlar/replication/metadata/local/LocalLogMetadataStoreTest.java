package io.ashlar.replication.metadata.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.replication.metadata.ClusterCommand;
import io.ashlar.replication.metadata.ClusterCommand.CreateVolume;
import io.ashlar.replication.metadata.ClusterCommand.ForgetVolume;
import io.ashlar.replication.metadata.ClusterCommand.PutNode;
import io.ashlar.replication.metadata.ClusterState;
import io.ashlar.replication.metadata.MetadataStore;
import io.ashlar.replication.metadata.MetadataStoreContract;
import io.ashlar.replication.metadata.NodeMetadata;
import io.ashlar.replication.metadata.Samples;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalLogMetadataStoreTest extends MetadataStoreContract {
  @TempDir Path directory;

  @Override
  protected MetadataStore open() throws MetadataLogException {
    return LocalLogMetadataStore.open(directory.resolve("metadata"));
  }

  @Override
  protected void settle() {}

  @Test
  void shouldRefuseASecondStoreInTheSameDirectory() throws Exception {
    assertThatThrownBy(this::open)
        .isInstanceOf(MetadataLogException.class)
        .hasMessageContaining("in use by another daemon");
    store.close();
    store = open();
  }

  @Test
  void shouldCutATailTornAnywhere() throws Exception {
    ClusterState before = commitThree();
    byte[] whole = Files.readAllBytes(log());
    for (int cut = 1; cut < lastRecordBytes(whole); cut++) {
      Files.write(log(), Arrays.copyOf(whole, whole.length - cut));
      assertReopensAt(before);
      if (cut >= 4) {
        Files.write(log(), zeroed(whole, whole.length - cut));
        assertReopensAt(before);
      }
    }
  }

  @Test
  void shouldGoOnAfterATornTail() throws Exception {
    commitThree();
    byte[] whole = Files.readAllBytes(log());
    Files.write(log(), Arrays.copyOf(whole, whole.length - 1));
    store = open();
    assertCommitted(new PutNode(new NodeMetadata(Samples.uuid(50), "another", 1)));
    ClusterState state = store.state();
    store.close();
    assertReopensAt(state);
  }

  @Test
  void shouldRefuseDamageAnywhere() throws Exception {
    commitThree();
    byte[] whole = Files.readAllBytes(log());
    for (int i = 0; i < whole.length; i++) {
      byte[] damaged = whole.clone();
      damaged[i] ^= 0x40;
      Files.write(log(), damaged);
      assertThatThrownBy(this::open)
          .as("byte %d", i)
          .isInstanceOf(MetadataLogException.class)
          .hasMessageContaining("is damaged: at byte")
          .hasMessageContaining("put back a copy");
    }
    Files.write(log(), whole);
    store = open();
  }

  @Test
  void shouldRefuseARecordThatWasRemoved() throws Exception {
    commitThree();
    byte[] whole = Files.readAllBytes(log());
    int snapshotBytes = lengthAt(whole, 0);
    int firstBytes = lengthAt(whole, snapshotBytes);
    byte[] gap = new byte[whole.length - firstBytes];
    System.arraycopy(whole, 0, gap, 0, snapshotBytes);
    System.arraycopy(
        whole, snapshotBytes + firstBytes, gap, snapshotBytes, gap.length - snapshotBytes);
    Files.write(log(), gap);
    assertThatThrownBy(this::open)
        .isInstanceOf(MetadataLogException.class)
        .hasMessageContaining("the state before it refuses it");
    Files.write(log(), whole);
    store = open();
  }

  @Test
  void shouldRefuseAnEmptyFile() throws Exception {
    commitThree();
    byte[] whole = Files.readAllBytes(log());
    Files.write(log(), new byte[0]);
    assertThatThrownBy(this::open).hasMessageContaining("at byte 0 the file is empty");
    Files.write(log(), whole);
    store = open();
  }

  @Test
  void shouldDropForgottenKeysFromTheDisk() throws Exception {
    assertCommitted(Samples.FORM);
    assertCommitted(new CreateVolume(Samples.volume(1)));
    Path before = log();
    assertCommitted(new ForgetVolume(Samples.volume(1).id()));
    assertThat(before).doesNotExist();
    assertThat(Files.size(log())).isLessThan(200);
  }

  @Test
  void shouldStartANewFileNowAndThen() throws Exception {
    store.close();
    store = LocalLogMetadataStore.open(directory.resolve("metadata"), 1000);
    assertCommitted(Samples.FORM);
    int files = 0;
    for (long incarnation = 0; incarnation < 50; incarnation++) {
      Path before = log();
      assertCommitted(new PutNode(new NodeMetadata(Samples.NODE.id(), "n", incarnation)));
      assertThat(Files.size(log())).isLessThan(1500);
      files += before.equals(log()) ? 0 : 1;
    }
    assertThat(files).isBetween(2, 10);
    ClusterState state = store.state();
    store.close();
    assertReopensAt(state);
  }

  @Test
  void shouldDeleteWhatACrashLeftOfACompaction() throws Exception {
    ClusterState state = commitThreeAndKeep();
    Path older = log().resolveSibling("metadata-0000000000000000.log");
    Path aside = log().resolveSibling("metadata-0000000000000009.log.new");
    Path newest = log().resolveSibling("metadata-0000000000000004.log");
    Files.move(log(), newest);
    Files.write(older, new byte[] {1});
    Files.write(aside, new byte[] {1});
    assertReopensAt(state);
    assertThat(older).doesNotExist();
    assertThat(aside).doesNotExist();
  }

  @Test
  void shouldKeepOthersFromReadingTheLog() throws IOException {
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(log())))
        .isEqualTo("rw-------");
  }

  @Test
  void shouldSayWhereItCannotBeOpened() throws IOException {
    Path file = Files.createFile(directory.resolve("file"));
    assertThatThrownBy(() -> LocalLogMetadataStore.open(file.resolve("below")))
        .isInstanceOf(MetadataLogException.class)
        .hasMessageContaining("cannot be made");
  }

  /// Commits three commands, closes the store and gives the state before the third.
  private ClusterState commitThree() {
    assertCommitted(Samples.FORM);
    assertCommitted(new PutNode(Samples.NODE));
    ClusterState before = store.state();
    assertCommitted(new CreateVolume(Samples.volume(1)));
    store.close();
    return before;
  }

  private ClusterState commitThreeAndKeep() {
    List<ClusterCommand> commands = Samples.history().subList(0, 3);
    commands.forEach(this::assertCommitted);
    store.close();
    return store.state();
  }

  private void assertReopensAt(ClusterState state) throws MetadataLogException {
    try (MetadataStore opened = open()) {
      assertThat(opened.state()).isEqualTo(state);
    }
  }

  private Path log() throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve("metadata"))) {
      return files.filter(file -> file.toString().endsWith(".log")).findFirst().orElseThrow();
    }
  }

  private static byte[] zeroed(byte[] whole, int from) {
    return Arrays.copyOf(Arrays.copyOf(whole, from), whole.length);
  }

  private static int lengthAt(byte[] bytes, int offset) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(offset + 8);
  }

  private static int lastRecordBytes(byte[] whole) {
    int offset = 0;
    while (offset + lengthAt(whole, offset) < whole.length) {
      offset += lengthAt(whole, offset);
    }
    return whole.length - offset;
  }
}
