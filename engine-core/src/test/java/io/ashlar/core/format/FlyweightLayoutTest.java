package io.ashlar.core.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/// The bytes of entries and pointers, as `docs/format.md` has them.
class FlyweightLayoutTest {
  private final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(64));

  private String hex(int offset) {
    byte[] bytes = new byte[32];
    buffer.getBytes(offset, bytes);
    return HexFormat.of().formatHex(bytes);
  }

  @Test
  void shouldLayAnEntryOut() {
    EntryFlyweight entry = new EntryFlyweight().wrap(buffer, 0);
    entry
        .identity(0x0A0B0C0D, 0x0102030405060708L)
        .place(0xA1A2A3A4A5A6L, 0xB7, 0x21222324)
        .content(3 | EntryFlyweight.POISONED, 0x0FFE, 0x31323334, 0x4142);
    assertThat(hex(0))
        .isEqualTo(
            "0807060504030201"
                + "a6a5a4a3a2a1"
                + "b7"
                + "43"
                + "0d0c0b0a"
                + "24232221"
                + "34333231"
                + "fe0f"
                + "4241");
    assertThat(entry.writeId()).isEqualTo(0x0102030405060708L);
    assertThat(entry.address()).isEqualTo(0xA1A2A3A4A5A6L);
    assertThat(entry.units()).isEqualTo(0xB7);
    assertThat(entry.codec()).isEqualTo(3);
    assertThat(entry.isPoisoned()).isTrue();
    assertThat(entry.isMapped()).isTrue();
    assertThat(entry.checksum()).isEqualTo(0x31323334);
    assertThat(entry.length()).isEqualTo(0x0FFE);
    assertThat(entry.keyGeneration()).isEqualTo(0x4142);
    assertThat(entry.place(5, 1, 6).isPoisoned()).as("a move keeps the flags").isTrue();
    assertThat(entry.isAt(5, 6)).isTrue();
    assertThat(entry.isAt(5, 7)).isFalse();
    assertThat(entry.isAt(4, 6)).isFalse();
  }

  @Test
  void shouldLayAPointerOut() {
    PointerFlyweight pointer = new PointerFlyweight().wrap(buffer, 32);
    pointer
        .summary(0x0A0B0C0D, 0x0102030405060708L, 1L << 40)
        .content(PointerFlyweight.FULL, 0x31323334)
        .place(0xA1A2A3A4A5A6L, 8, 0x21222324);
    assertThat(hex(32))
        .isEqualTo(
            "0807060504030201"
                + "a6a5a4a3a2a1"
                + "08"
                + "01"
                + "0d0c0b0a"
                + "24232221"
                + "34333231"
                + "ffffffff");
    assertThat(pointer.isFull()).isTrue();
    assertThat(pointer.isStored()).isTrue();
    assertThat(pointer.present()).as("saturates").isEqualTo(0xFFFF_FFFFL);
    assertThat(pointer.isAt(0xA1A2A3A4A5A6L, 0x21222324)).isTrue();
    assertThat(pointer.isAt(0xA1A2A3A4A5A6L, 0x21222325)).isFalse();
    assertThat(pointer.isAt(0, 0x21222324)).isFalse();
  }

  @Test
  void shouldTellAbsentFromUnmapped() {
    EntryFlyweight entry = new EntryFlyweight().wrap(buffer, 0);
    assertThat(entry.clear().isAbsent()).isTrue();
    assertThat(entry.isMapped()).isFalse();
    entry.tombstone(1, 9);
    assertThat(entry.isAbsent()).isFalse();
    assertThat(entry.isTombstone()).isTrue();
    assertThat(entry.isMapped()).isFalse();
    assertThat(entry.isStored()).isFalse();
    PointerFlyweight pointer = new PointerFlyweight().wrap(buffer, 32);
    assertThat(pointer.clear().isAbsent()).isTrue();
    assertThat(pointer.inherit(3).isAbsent()).isFalse();
    assertThat(pointer.isInherited()).isTrue();
    assertThat(pointer.tombstone(3, 9).isTombstone()).isTrue();
    assertThat(pointer.isStored()).isFalse();
  }
}
