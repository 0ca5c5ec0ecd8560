package io.ashlar.initiator.nvme.target;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.initiator.nvme.NvmeInitiator;
import io.ashlar.initiator.nvme.NvmeNamespace;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the target does about bytes that no sound host sends: C2HTermReq with the specification's
/// fatal error status, then a close; and a host beside it notices nothing.
@Timeout(60)
@SuppressWarnings("NullAway.Init") // set before each test
class BadInputCrossTest {
  private static final int INVALID_FIELD = 1;
  private static final int SEQUENCE = 2;
  private static final int HEADER_DIGEST = 3;

  private final ServedVolume served = new ServedVolume(16 << 20, 4096);
  private NvmeInitiator bystander;
  private NvmeNamespace namespace;

  @BeforeEach
  void connectBystander() throws IOException {
    bystander = served.connect();
    namespace = bystander.openNamespace(1, 4);
    namespace.write(0, CommandCrossTest.random(4096, 1));
  }

  @AfterEach
  void shouldHaveLeftTheBystanderAlone() throws IOException {
    assertThat(namespace.read(0, 1)).isEqualTo(CommandCrossTest.random(4096, 1));
    bystander.close();
    served.close();
  }

  @ParameterizedTest(name = "type {0} flags {1} hlen {2} pdo {3} plen {4}: status {5}")
  @CsvSource({
    "4, 0, 72, 0, 72, 2", // a command before ICReq
    "6, 0, 24, 24, 28, 2", // data before ICReq
    "1, 0, 128, 0, 128, 1", // ICResp from a host
    "9, 0, 24, 0, 24, 1", // R2T from a host
    "8, 0, 24, 0, 24, 1", // no such type
    "255, 0, 8, 0, 8, 1",
    "0, 0, 127, 0, 128, 1", // ICReq of wrong lengths
    "0, 0, 128, 0, 127, 1",
    "0, 0, 128, 0, 129, 1",
    "0, 0, 128, 0, 2147483647, 1",
    "0, 0, 0, 0, 0, 1",
  })
  void shouldRefuseFirstPdus(int type, int flags, int hlen, int pdo, int plen, int status)
      throws IOException {
    try (RawHost host = new RawHost(served.address())) {
      ByteBuffer pdu = RawHost.pdu(type, flags, hlen, pdo, Math.clamp(plen, 8, 256));
      host.send(pdu.putInt(4, plen));
      expectTermination(host, status);
    }
  }

  @Test
  void shouldRefuseASecondInitialization() throws IOException {
    try (RawHost host = RawHost.initialized(served.address(), 0)) {
      host.send(RawHost.initializeRequest(0));
      expectTermination(host, SEQUENCE);
    }
  }

  @Test
  void shouldRefuseUnknownFormatVersionsAndAlignments() throws IOException {
    try (RawHost host = new RawHost(served.address())) {
      host.send(RawHost.initializeRequest(0).putShort(8, (short) 1));
      expectEnd(host);
    }
    try (RawHost host = new RawHost(served.address())) {
      host.send(RawHost.initializeRequest(0).put(10, (byte) 32));
      expectEnd(host);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {71, 73, 0, 255})
  void shouldRefuseCapsulesOfWrongHeaderLength(int hlen) throws IOException {
    try (RawHost host = RawHost.connected(served.address(), served.nqn())) {
      host.send(RawHost.capsule(0x18, 7, 0, 0).put(2, (byte) hlen));
      expectTermination(host, INVALID_FIELD);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 7, 71, 73, 1 << 20, 0x7FFF_FFFF, -1})
  void shouldRefuseCapsulesOfWrongLength(int plen) throws IOException {
    try (RawHost host = RawHost.connected(served.address(), served.nqn())) {
      host.send(RawHost.capsule(0x18, 7, 0, 0).putInt(4, plen));
      expectTermination(host, INVALID_FIELD);
    }
  }

  @Test
  void shouldRefuseAWrongHeaderDigest() throws IOException {
    try (RawHost host = RawHost.initialized(served.address(), 1)) {
      ByteBuffer capsule = RawHost.pdu(4, 1, 72, 0, 76);
      capsule.put(8, (byte) 0x18).putInt(72, RawHost.digest(capsule, 72) ^ 1);
      host.send(capsule);
      expectTermination(host, HEADER_DIGEST);
    }
  }

  @Test
  void shouldRefuseDataNobodyAskedFor() throws IOException {
    try (RawHost host = RawHost.connected(served.address(), served.nqn())) {
      ByteBuffer data = RawHost.pdu(6, 4, 24, 24, 24 + 512);
      host.send(data.putShort(8, (short) 9).putShort(10, (short) 3).putInt(16, 512));
      expectEnd(host);
    }
  }

  @Test
  void shouldTakeTheHostsOwnComplaintAndClose() throws IOException {
    try (RawHost host = RawHost.connected(served.address(), served.nqn())) {
      host.send(RawHost.pdu(2, 0, 24, 0, 24).putShort(8, (short) 1));
      expectEnd(host);
    }
  }

  @Test
  void shouldGoOnOrEndWhenACommandIdIsUsedTwice() throws IOException {
    try (RawHost host = RawHost.connected(served.address(), served.nqn())) {
      host.send(RawHost.capsule(0x0C, 7, 0, 0));
      host.send(RawHost.capsule(0x0C, 7, 0, 0));
      host.send(RawHost.capsule(0x18, 8, 0, 0));
      // Whether a conflict is looked for is the controller's choice (Base Specification 4.2.3.1).
      ByteBuffer answer = host.receive();
      while (answer != null && answer.get(0) == RawHost.RESPONSE && answer.getShort(20) == 7) {
        assertThat(((answer.getShort(22) & 0xFFFF) >>> 1) & 0x7FF).isEqualTo(3);
        answer = host.receive();
      }
      assertThat(answer == null || answer.get(0) == RawHost.TERM_REQ || answer.getShort(20) == 8)
          .isTrue();
    }
  }

  @Test
  void shouldRefuseCommandsBeforeConnect() throws IOException {
    try (RawHost host = RawHost.initialized(served.address(), 0)) {
      host.send(RawHost.capsule(0x18, 7, 0, 0));
      ByteBuffer answer = host.receive();
      if (answer != null && answer.get(0) == RawHost.RESPONSE) {
        assertThat(((answer.getShort(22) & 0xFFFF) >>> 1) & 0x7FF).isNotZero();
      } else {
        assertThat(answer == null || answer.get(0) == RawHost.TERM_REQ).isTrue();
      }
    }
  }

  @Test
  void shouldSurviveHalfPdusAndSilence() throws IOException {
    for (int length = 1; length < 72; length += 10) {
      try (RawHost host = RawHost.connected(served.address(), served.nqn())) {
        host.send(RawHost.capsule(0x18, 7, 0, 0), length);
      }
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void shouldSurviveNoise(long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 40; i++) {
      try (RawHost host = RawHost.connected(served.address(), served.nqn())) {
        ByteBuffer noise = RawHost.capsule(random.nextInt(256), 7, random.nextInt(4), 512);
        for (int changes = random.nextInt(6); changes > 0; changes--) {
          noise.put(random.nextInt(80), (byte) random.nextInt());
        }
        host.send(noise);
      }
    }
  }

  /// The target complains with this status and closes.
  private static void expectTermination(RawHost host, int status) throws IOException {
    ByteBuffer answer = host.receive();
    assertThat(answer).as("a complaint before the close").isNotNull();
    assertThat(answer.get(0)).isEqualTo((byte) RawHost.TERM_REQ);
    assertThat(answer.getShort(8)).isEqualTo((short) status);
    assertThat(host.receive()).isNull();
  }

  /// The target closes, with or without a complaint.
  private static void expectEnd(RawHost host) throws IOException {
    ByteBuffer answer = host.receive();
    if (answer != null) {
      assertThat(answer.get(0)).isEqualTo((byte) RawHost.TERM_REQ);
      assertThat(host.receive()).isNull();
    }
  }
}
