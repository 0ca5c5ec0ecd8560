package io.ashlar.replication.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class CertificateRequestTest {
  private static final UUID CLUSTER = new UUID(1, 2);
  private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");
  private static final Validity VALIDITY = Validity.startingAt(NOW, Duration.ofDays(30));

  private final ClusterAuthority authority = ClusterAuthority.create(CLUSTER, VALIDITY);
  private final KeyPair keys = NodeKeys.generate();

  private byte[] request(int node) {
    return CertificateRequest.create(new NodeName(CLUSTER, node), keys).pem();
  }

  @Test
  void shouldIssueWhatIsAskedForAndGranted() throws Exception {
    CertificateRequest request = CertificateRequest.parse(request(5));
    X509Certificate issued = authority.issue(request, 5, VALIDITY);
    assertThat(issued.getPublicKey()).isEqualTo(keys.getPublic());
    NodeName name =
        new CertificateCheck(CLUSTER, List.of(authority.certificate())).check(issued, NOW);
    assertThat(name).isEqualTo(new NodeName(CLUSTER, 5));
  }

  @Test
  void shouldNotIssueAnotherName() throws Exception {
    CertificateRequest request = CertificateRequest.parse(request(5));
    assertThatThrownBy(() -> authority.issue(request, 6, VALIDITY))
        .isInstanceOf(IdentityException.class)
        .hasMessageContaining("/node/5, and ashlar:cluster/" + CLUSTER + "/node/6 is granted");
  }

  /// Whatever bit is wrong, the request is refused with a sentence, or is not another one.
  @Test
  void shouldRefuseARequestWithAnyBitFlipped() throws Exception {
    byte[] der = Pem.decode(Pem.REQUEST, request(5));
    int refused = 0;
    for (int bit = 0; bit < der.length * Byte.SIZE; bit++) {
      byte mask = (byte) (1 << bit % Byte.SIZE);
      der[bit / Byte.SIZE] ^= mask;
      byte[] pem = Pem.encode(Pem.REQUEST, der);
      try {
        CertificateRequest parsed = CertificateRequest.parse(pem);
        assertThat(parsed.name()).as("bit %d", bit).isEqualTo(new NodeName(CLUSTER, 5));
        assertThat(parsed.key()).as("bit %d", bit).isEqualTo(keys.getPublic());
      } catch (IdentityException expected) {
        refused++;
      }
      der[bit / Byte.SIZE] ^= mask;
    }
    assertThat(refused).isGreaterThan(der.length * Byte.SIZE * 9 / 10);
  }

  @Test
  void shouldRefuseAKeyThatItsSenderDoesNotHave() {
    KeyPair stolen = new KeyPair(NodeKeys.generate().getPublic(), keys.getPrivate());
    byte[] pem = CertificateRequest.create(new NodeName(CLUSTER, 5), stolen).pem();
    assertThatThrownBy(() -> CertificateRequest.parse(pem))
        .hasMessage("The certificate request is not signed with its own key.");
  }

  @Test
  void shouldRefuseAnotherCurve() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp384r1"));
    byte[] pem =
        CertificateRequest.create(new NodeName(CLUSTER, 5), generator.generateKeyPair()).pem();
    assertThatThrownBy(() -> CertificateRequest.parse(pem)).hasMessageContaining("P-256");
  }

  @Test
  void shouldRefuseWhatIsNoRequest() {
    for (String text : List.of("", "hello", "-----BEGIN CERTIFICATE REQUEST-----\nAAAA")) {
      assertThatThrownBy(() -> CertificateRequest.parse(text.getBytes(StandardCharsets.US_ASCII)))
          .isInstanceOf(IdentityException.class);
    }
    assertThatThrownBy(() -> CertificateRequest.parse(new byte[1 << 20]))
        .hasMessageContaining("too long");
  }
}
