package io.ashlar.target.iscsi.pdu;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PduDecoderTest {
  private static final int DATA_BYTES_MAX = 1024;

  private final Recorder recorder = new Recorder();
  private final PduDecoder decoder = new PduDecoder(recorder, DATA_BYTES_MAX);

  PduDecoderTest() {
    recorder.decoder = decoder;
  }

  @AfterEach
  void release() {
    decoder.release();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void shouldDecodeTheSamePdusWhereverTheBytesAreCut(long seed) {
    Random random = new Random(seed);
    decoder.expectDigests(true, true);
    ByteBuf stream = Unpooled.directBuffer();
    List<String> sent = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      byte[] data = new byte[random.nextInt(40)];
      random.nextBytes(data);
      sent.add(i + ":" + ByteBufUtil.hexDump(data));
      writePdu(stream, i, random.nextInt(3), data);
    }
    while (stream.isReadable()) {
      ByteBuf piece = stream.readSlice(1 + random.nextInt(Math.min(60, stream.readableBytes())));
      decoder.decode(piece);
      assertThat(piece.isReadable()).as("left over with seed %d", seed).isFalse();
    }
    assertThat(recorder.errors).as("seed %d", seed).isEmpty();
    assertThat(recorder.pdus).as("seed %d", seed).isEqualTo(sent);
    stream.release();
  }

  @Test
  void shouldRefuseDataLongerThanDeclaredBeforeTheyArrive() {
    ByteBuf header = header(1, 0, DATA_BYTES_MAX + 1);
    decoder.decode(header);
    assertThat(recorder.errors).containsExactly("4 data segment longer than declared");
    assertThat(decoder.isStopped()).isTrue();
  }

  @Test
  void shouldTakeDataAsLongAsDeclared() {
    ByteBuf stream = Unpooled.directBuffer();
    decoder.expectDigests(true, true);
    writePdu(stream, 7, 0, new byte[DATA_BYTES_MAX]);
    decoder.decode(stream);
    assertThat(recorder.pdus).hasSize(1);
    stream.release();
  }

  @Test
  void shouldStopAtAHeaderWhoseDigestDoesNotMatch() {
    decoder.expectDigests(true, false);
    ByteBuf stream = Unpooled.directBuffer();
    writePdu(stream, 1, 1, new byte[0]);
    stream.setByte(20, stream.getByte(20) ^ 1);
    decoder.decode(stream);
    assertThat(recorder.errors).containsExactly("4 header digest does not match");
    assertThat(recorder.pdus).isEmpty();
    stream.release();
  }

  @Test
  void shouldStopAtDataWhoseDigestDoesNotMatch() {
    decoder.expectDigests(true, true);
    ByteBuf stream = Unpooled.directBuffer();
    writePdu(stream, 1, 0, new byte[] {1, 2, 3});
    stream.setByte(BasicHeader.BYTES + Digest.BYTES, 9);
    decoder.decode(stream);
    assertThat(recorder.errors).containsExactly("2 data digest does not match");
    assertThat(recorder.pdus).isEmpty();
    stream.release();
  }

  @Test
  void shouldNotTouchMoreBytesOnceStopped() {
    decoder.stop();
    ByteBuf stream = Unpooled.directBuffer().writeZero(200);
    decoder.decode(stream);
    assertThat(stream.readableBytes()).isEqualTo(200);
    stream.release();
  }

  /// RFC 3720 appendix B.4: 32 bytes of zeroes, of ones, and rising.
  @Test
  void shouldComputeTheDigestsOfTheStandard() {
    Digest digest = new Digest();
    ByteBuf bytes = Unpooled.directBuffer().writeZero(32);
    assertThat(digest.of(bytes, 0, 32)).isEqualTo(0x8a9136aa);
    for (int i = 0; i < 32; i++) {
      bytes.setByte(i, 0xFF);
    }
    assertThat(digest.of(bytes, 0, 32)).isEqualTo(0x62a8ab43);
    for (int i = 0; i < 32; i++) {
      bytes.setByte(i, i);
    }
    assertThat(digest.of(bytes, 0, 32)).isEqualTo(0x46dd794e);
    bytes.release();
  }

  private static ByteBuf header(int tag, int additionalWords, int dataBytes) {
    ByteBuf header = Unpooled.directBuffer(BasicHeader.BYTES);
    BasicHeader.append(header, IscsiOpcode.TEXT_REQUEST, BasicHeader.FINAL_FLAG);
    BasicHeader.taskTag(header, 0, tag);
    header.setByte(BasicHeader.AHS_WORDS_OFFSET, additionalWords);
    BasicHeader.dataBytes(header, 0, dataBytes);
    return header;
  }

  /// Writes a PDU with both digests.
  private static void writePdu(ByteBuf out, int tag, int additionalWords, byte[] data) {
    Digest digest = new Digest();
    int at = out.writerIndex();
    out.writeBytes(header(tag, additionalWords, data.length)).writeZero(additionalWords * 4);
    out.writeIntLE(digest.of(out, at, out.writerIndex() - at));
    int dataAt = out.writerIndex();
    if (data.length > 0) {
      out.writeBytes(data).writeZero(BasicHeader.padding(data.length));
      out.writeIntLE(digest.of(out, dataAt, out.writerIndex() - dataAt));
    }
  }

  private static final class Recorder implements PduListener {
    final List<String> pdus = new ArrayList<>();
    final List<String> errors = new ArrayList<>();
    private final ByteBuf sink = Unpooled.directBuffer(DATA_BYTES_MAX).writerIndex(DATA_BYTES_MAX);
    PduDecoder decoder = new PduDecoder(this, 0);

    @Override
    public void onHeader(ByteBuf header) {
      decoder.receiveInto(sink, 0);
    }

    @Override
    public void onPdu(ByteBuf header) {
      String data = ByteBufUtil.hexDump(sink, 0, BasicHeader.dataBytes(header));
      pdus.add(BasicHeader.taskTag(header) + ":" + data);
    }

    @Override
    public void onProtocolError(ByteBuf header, int reason, String sentence) {
      errors.add(reason + " " + sentence);
    }
  }
}
