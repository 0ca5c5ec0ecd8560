package io.ashlar.target.nvme.pdu;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

@SuppressWarnings("ByteBufferBackingArray")
class PduDecoderTest {
  private static final int CAPSULE_MAX = 8192;
  private static final int HOST_DATA_MAX = 65536;
  private final Recorder recorder = new Recorder();
  private final PduDecoder decoder = new PduDecoder(recorder, CAPSULE_MAX, HOST_DATA_MAX);

  /// Writes down what it is told.
  private static final class Recorder implements PduSink {
    final List<String> events = new ArrayList<>();
    int dataSum;
    int dataBytes;
    int declines;

    @Override
    public boolean onHeader(int type, DirectBuffer header, int offset, int dataLengthBytes) {
      if (declines > 0) {
        declines--;
        return false;
      }
      int tag = type == PduHeader.H2C_DATA ? DataPdu.transferTag(header, offset) : 0;
      events.add("header " + type + " data " + dataLengthBytes + " tag " + tag);
      dataSum = 0;
      dataBytes = 0;
      return true;
    }

    @Override
    public void onData(DirectBuffer source, int offset, int length) {
      for (int i = 0; i < length; i++) {
        dataSum = 31 * dataSum + source.getByte(offset + i);
      }
      dataBytes += length;
    }

    @Override
    public void onEnd(boolean intact) {
      events.add("end " + intact + " " + dataBytes + " " + dataSum);
    }

    @Override
    public void onViolation(
        TermReason reason, int information, DirectBuffer header, int offset, int length) {
      events.add(reason + " " + information);
    }
  }

  private static ByteBuffer le(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static ByteBuffer hostData(int tag, int length) {
    ByteBuffer pdu = le(24 + length);
    pdu.put(0, (byte) 6).put(2, (byte) 24).put(3, (byte) 24).putInt(4, 24 + length);
    pdu.putShort(10, (short) tag).putInt(16, length);
    for (int i = 0; i < length; i++) {
      pdu.put(24 + i, (byte) (i * 7 + tag));
    }
    return pdu;
  }

  private void decode(ByteBuffer bytes) {
    UnsafeBuffer wire = new UnsafeBuffer(bytes);
    int used = decoder.decode(wire, 0, bytes.capacity());
    assertThat(used).isEqualTo(bytes.capacity());
  }

  @RepeatedTest(50)
  void shouldReadTheSameHoweverTheStreamIsCut(RepetitionInfo repetition) {
    long seed = repetition.getCurrentRepetition();
    ByteBuffer stream = le(10_000);
    for (int i = 1; i <= 5; i++) {
      stream.put(hostData(i, i * 300).rewind());
    }
    int length = stream.position();
    decoder.initialized(false, false);
    UnsafeBuffer wire = new UnsafeBuffer(stream);
    decoder.decode(wire, 0, length);
    List<String> whole = List.copyOf(recorder.events);
    assertThat(whole).hasSize(10);
    recorder.events.clear();
    Random random = new Random(seed);
    for (int at = 0; at < length; ) {
      int piece = Math.min(1 + random.nextInt(1 + random.nextInt(400)), length - at);
      decoder.decode(wire, at, at + piece);
      at += piece;
    }
    assertThat(recorder.events).as("seed %d", seed).isEqualTo(whole);
  }

  @Test
  void shouldOfferAHeaderAgainUntilThereIsRoom() {
    decoder.initialized(false, false);
    ByteBuffer pdu = hostData(3, 100);
    UnsafeBuffer wire = new UnsafeBuffer(pdu);
    recorder.declines = 2;
    assertThat(decoder.decode(wire, 0, pdu.capacity())).isEqualTo(24);
    assertThat(decoder.isHeld()).isTrue();
    assertThat(decoder.decode(wire, 24, pdu.capacity())).isEqualTo(24);
    assertThat(decoder.decode(wire, 24, pdu.capacity())).isEqualTo(pdu.capacity());
    assertThat(decoder.isHeld()).isFalse();
    assertThat(recorder.events).hasSize(2);
    assertThat(recorder.events.getFirst()).isEqualTo("header 6 data 100 tag 3");
  }

  @Test
  void shouldRefuseLengthsThatContradictEachOther() {
    decoder.initialized(false, false);
    decode(hostData(1, 100).putInt(16, 99));
    assertThat(recorder.events).containsExactly("INVALID_HEADER_FIELD 16");
    assertThat(decoder.isStopped()).isTrue();
  }

  @Test
  void shouldRefuseDataBeyondTheLimit() {
    decoder.initialized(false, false);
    decode(le(24).put(0, hostData(1, 0).array()).putInt(4, 24 + HOST_DATA_MAX + 1));
    assertThat(recorder.events).containsExactly("TRANSFER_LIMIT_EXCEEDED 0");
  }

  @Test
  void shouldRefuseAHugeLengthWithoutAllocating() {
    decoder.initialized(false, false);
    decode(le(24).put(0, hostData(1, 0).array()).putInt(4, -1));
    assertThat(recorder.events).containsExactly("TRANSFER_LIMIT_EXCEEDED 0");
  }

  @Test
  void shouldDemandTheDigestsThatWereAgreed() {
    decoder.initialized(true, false);
    decode(hostData(1, 100));
    assertThat(recorder.events).containsExactly("INVALID_HEADER_FIELD 1");
  }

  @Test
  void shouldSwallowWhatComesAfterAViolation() {
    decode(hostData(1, 100));
    decode(hostData(2, 100));
    assertThat(recorder.events).containsExactly("SEQUENCE_ERROR 0");
  }
}
