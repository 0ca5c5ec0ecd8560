package io.ashlar.core.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.core.base.Crc32c;
import io.ashlar.core.format.Layout.Field;
import io.ashlar.core.format.Superblock.LaneGeometry;
import io.ashlar.core.format.Superblock.Pieces;
import io.ashlar.core.format.Superblock.ScrubTimes;
import io.ashlar.core.format.Superblock.StreamCursor;
import java.util.List;
import java.util.UUID;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/// The layouts that inspection shows are those that the flyweights write.
class LayoutTest {
  private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[4096]);

  private long at(Layout layout, String field) {
    int bytes =
        layout.fields().stream()
            .filter(each -> each.name().equals(field))
            .mapToInt(Field::bytes)
            .findAny()
            .orElseThrow();
    long value = 0;
    for (int i = bytes - 1; i >= 0; i--) {
      value = value << 8 | (buffer.getByte(layout.offsetOf(field) + i) & 0xFF);
    }
    return value;
  }

  @Test
  void shouldBeAsLongAsWhatItShows() {
    assertThat(Layout.GROUP_HEADER.bytes()).isEqualTo(GroupHeaderFlyweight.BYTES);
    assertThat(Layout.RECORD.bytes()).isEqualTo(RecordFlyweight.BYTES);
    assertThat(Layout.BLOCK_DESCRIPTOR.bytes()).isEqualTo(BlockDescriptorFlyweight.BYTES);
    assertThat(Layout.ENTRY.bytes()).isEqualTo(EntryFlyweight.BYTES);
    assertThat(Layout.POINTER.bytes()).isEqualTo(PointerFlyweight.BYTES);
    assertThat(Layout.CHECKPOINT_PIECE.bytes()).isEqualTo(CheckpointPieceFlyweight.HEAD_BYTES);
    assertThat(Layout.SUPERBLOCK.bytes()).isEqualTo(208);
    VolumeEntry bare = new VolumeEntry(new UUID(1, 2), 3, 512, 4096, 0, false, "", new byte[0]);
    assertThat(Layout.VOLUME_ENTRY.bytes()).isEqualTo(bare.encode(buffer, 0));
  }

  @Test
  void shouldShowASuperblockAsItIsWritten() {
    List<StreamCursor> cursors =
        List.of(
            new StreamCursor(10, 11, 512),
            new StreamCursor(13, 14, 1024),
            new StreamCursor(16, 17, 1536));
    new Superblock(
            21,
            new UUID(1, 2),
            new UUID(3, 4),
            99,
            new LaneGeometry(1, 2, 512, 1 << 20, 24, 1 << 20),
            31,
            true,
            32,
            33,
            new Pieces(34, 35, 36, 37, 38, 39),
            cursors,
            new ScrubTimes(40, 41))
        .encode(buffer, 0, new Crc32c());
    Layout superblock = Layout.SUPERBLOCK;
    assertThat(at(superblock, "scrub: last pass began at ms")).isEqualTo(40);
    assertThat(at(superblock, "scrub: last pass ended at ms")).isEqualTo(41);
    assertThat(at(superblock, "magic ASHLARSB")).isEqualTo(Superblock.MAGIC);
    assertThat(at(superblock, "format version")).isEqualTo(FormatVersion.CURRENT);
    assertThat(at(superblock, "generation")).isEqualTo(21);
    assertThat(at(superblock, "secret of the device")).isEqualTo(99);
    assertThat(at(superblock, "lane")).isEqualTo(1);
    assertThat(at(superblock, "lanes")).isEqualTo(2);
    assertThat(at(superblock, "unit bytes")).isEqualTo(512);
    assertThat(at(superblock, "segment bytes")).isEqualTo(1 << 20);
    assertThat(at(superblock, "segments")).isEqualTo(24);
    assertThat(at(superblock, "header area bytes")).isEqualTo(1 << 20);
    assertThat(at(superblock, "epoch")).isEqualTo(31);
    assertThat(at(superblock, "closed in order")).isEqualTo(1);
    assertThat(at(superblock, "replay from group")).isEqualTo(32);
    assertThat(at(superblock, "cut at group")).isEqualTo(33);
    assertThat(at(superblock, "checkpoint: sector of last piece")).isEqualTo(34);
    assertThat(at(superblock, "checkpoint: segment generation")).isEqualTo(35);
    assertThat(at(superblock, "checkpoint: pieces")).isEqualTo(36);
    assertThat(at(superblock, "checkpoint: body bytes")).isEqualTo(37);
    assertThat(at(superblock, "checkpoint: body crc32c")).isEqualTo(38);
    assertThat(at(superblock, "checkpoint: number")).isEqualTo(39);
    assertThat(at(superblock, "USER segment")).isEqualTo(10);
    assertThat(at(superblock, "COLD generation")).isEqualTo(14);
    assertThat(at(superblock, "META offset")).isEqualTo(1536);
  }

  @Test
  void shouldShowAGroupAsItIsWritten() {
    GroupHeaderFlyweight header = new GroupHeaderFlyweight().wrap(buffer, 0, 4096);
    header.identity(99, 5, 2).order(1, 2, 3, 4).shape(6, 7, 8).time(9).checksum(10);
    Layout group = Layout.GROUP_HEADER;
    assertThat(at(group, "magic AGRP")).isEqualTo(GroupHeaderFlyweight.MAGIC);
    assertThat(at(group, "crc32c of what follows")).isEqualTo(10);
    assertThat(at(group, "secret of the device")).isEqualTo(99);
    assertThat(at(group, "group sequence")).isEqualTo(1);
    assertThat(at(group, "durable through group")).isEqualTo(2);
    assertThat(at(group, "epoch")).isEqualTo(3);
    assertThat(at(group, "segment generation")).isEqualTo(4);
    assertThat(at(group, "lane")).isEqualTo(5);
    assertThat(at(group, "stream")).isEqualTo(2);
    assertThat(at(group, "header bytes")).isEqualTo(6);
    assertThat(at(group, "payload bytes")).isEqualTo(7);
    assertThat(at(group, "records")).isEqualTo(8);
    assertThat(at(group, "written")).isEqualTo(9);
  }

  @Test
  void shouldShowRecordsAsTheyAreWritten() {
    new RecordFlyweight()
        .wrap(buffer, 0)
        .head(RecordType.RELOCATE, 2, 3)
        .place(4, 5, 6)
        .payload(7, 8);
    Layout record = Layout.RECORD;
    assertThat(at(record, "record type")).isEqualTo(4);
    assertThat(at(record, "blocks")).isEqualTo(2);
    assertThat(at(record, "layer")).isEqualTo(3);
    assertThat(at(record, "write id")).isEqualTo(4);
    assertThat(at(record, "lba")).isEqualTo(5);
    assertThat(at(record, "argument")).isEqualTo(6);
    assertThat(at(record, "payload bytes")).isEqualTo(7);
    assertThat(at(record, "payload crc32c")).isEqualTo(8);
    new BlockDescriptorFlyweight().wrap(buffer, 0).set(1, 2, 3, 4);
    Layout block = Layout.BLOCK_DESCRIPTOR;
    assertThat(at(block, "crc32c")).isEqualTo(1);
    assertThat(at(block, "stored bytes")).isEqualTo(2);
    assertThat(at(block, "codec")).isEqualTo(3);
    assertThat(at(block, "key generation")).isEqualTo(4);
    CheckpointPieceFlyweight.encode(buffer, 0, 1, 2, 3, 4, 5);
    Layout piece = Layout.CHECKPOINT_PIECE;
    assertThat(at(piece, "checkpoint")).isEqualTo(1);
    assertThat(at(piece, "piece")).isEqualTo(2);
    assertThat(at(piece, "sector of the piece before")).isEqualTo(3);
    assertThat(at(piece, "its segment generation")).isEqualTo(4);
    assertThat(at(piece, "body bytes")).isEqualTo(5);
  }

  @Test
  void shouldShowTheIndexAsItIsWritten() {
    EntryFlyweight entry = new EntryFlyweight().wrap(buffer, 0);
    entry.identity(1, 2).place(3, 4, 5).content(6, 7, 8, 9);
    assertThat(at(Layout.ENTRY, "owner layer")).isEqualTo(1);
    assertThat(at(Layout.ENTRY, "write id")).isEqualTo(2);
    assertThat(at(Layout.ENTRY, "address (sector)")).isEqualTo(3);
    assertThat(at(Layout.ENTRY, "units")).isEqualTo(4);
    assertThat(at(Layout.ENTRY, "segment generation")).isEqualTo(5);
    assertThat(at(Layout.ENTRY, "codec and flags")).isEqualTo(6);
    assertThat(at(Layout.ENTRY, "stored bytes")).isEqualTo(7);
    assertThat(at(Layout.ENTRY, "crc32c")).isEqualTo(8);
    assertThat(at(Layout.ENTRY, "key generation")).isEqualTo(9);
    PointerFlyweight pointer = new PointerFlyweight().wrap(buffer, 0);
    pointer.clear().summary(1, 2, 3).place(4, 5, 6).content(7, 8);
    assertThat(at(Layout.POINTER, "owner layer")).isEqualTo(1);
    assertThat(at(Layout.POINTER, "highest write id")).isEqualTo(2);
    assertThat(at(Layout.POINTER, "present entries")).isEqualTo(3);
    assertThat(at(Layout.POINTER, "address (sector)")).isEqualTo(4);
    assertThat(at(Layout.POINTER, "units")).isEqualTo(5);
    assertThat(at(Layout.POINTER, "segment generation")).isEqualTo(6);
    assertThat(at(Layout.POINTER, "flags")).isEqualTo(7);
    assertThat(at(Layout.POINTER, "crc32c")).isEqualTo(8);
  }

  @Test
  void shouldShowAVolumeAsItIsWritten() {
    new VolumeEntry(new UUID(1, 2), 3, 512, 4096, 1, true, "name", new byte[7]).encode(buffer, 0);
    Layout volume = Layout.VOLUME_ENTRY;
    assertThat(at(volume, "layer")).isEqualTo(3);
    assertThat(at(volume, "logical block bytes")).isEqualTo(512);
    assertThat(at(volume, "size in bytes")).isEqualTo(4096);
    assertThat(at(volume, "compression")).isEqualTo(1);
    assertThat(at(volume, "encrypted")).isEqualTo(1);
    assertThat(at(volume, "name bytes")).isEqualTo(4);
    assertThat(at(volume, "wrapped key bytes")).isEqualTo(7);
  }

  @Test
  void shouldKnowNoFieldThatIsNotThere() {
    assertThatThrownBy(() -> Layout.RECORD.offsetOf("weather")).hasMessageContaining("weather");
  }
}
