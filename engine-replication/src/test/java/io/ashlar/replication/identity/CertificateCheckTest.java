package io.ashlar.replication.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.UUID;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CertificateCheckTest {
  private static final UUID CLUSTER = new UUID(1, 2);
  private static final UUID OTHER = new UUID(3, 4);
  private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");
  private static final Duration YEAR = Duration.ofDays(365);

  private final ClusterAuthority authority =
      ClusterAuthority.create(CLUSTER, Validity.startingAt(NOW, YEAR));
  private final KeyPair keys = NodeKeys.generate();

  private static CertificateCheck trusting(ClusterAuthority... authorities) {
    List<X509Certificate> trusted =
        List.of(authorities).stream().map(ClusterAuthority::certificate).toList();
    return new CertificateCheck(CLUSTER, trusted);
  }

  private X509Certificate issued(ClusterAuthority by, int node) {
    return by.issue(node, keys.getPublic(), Validity.startingAt(NOW, Duration.ofDays(30)));
  }

  @Test
  void shouldBelieveWhatTheAuthorityIssued() throws Exception {
    assertThat(trusting(authority).check(issued(authority, 3), NOW))
        .isEqualTo(new NodeName(CLUSTER, 3));
  }

  @Test
  void shouldRefuseAnotherClusterAndSayWhich() {
    ClusterAuthority other = ClusterAuthority.create(OTHER, Validity.startingAt(NOW, YEAR));
    assertThatThrownBy(() -> trusting(authority).check(issued(other, 3), NOW))
        .isInstanceOf(RefusedCertificateException.class)
        .hasMessageContaining("is of cluster " + OTHER + ", and this is " + CLUSTER);
  }

  @Test
  void shouldRefuseAnAuthorityThatOnlyCallsItselfThisClusters() {
    ClusterAuthority forged = ClusterAuthority.create(CLUSTER, Validity.startingAt(NOW, YEAR));
    assertThatThrownBy(() -> trusting(authority).check(issued(forged, 3), NOW))
        .hasMessageContaining("is not of this cluster's authority");
  }

  @Test
  void shouldBelieveBothAuthoritiesWhileOneFollowsTheOther() throws Exception {
    ClusterAuthority next = ClusterAuthority.create(CLUSTER, Validity.startingAt(NOW, YEAR));
    CertificateCheck both = trusting(authority, next);
    assertThat(both.check(issued(authority, 1), NOW).node()).isEqualTo(1);
    assertThat(both.check(issued(next, 2), NOW).node()).isEqualTo(2);
    assertThatThrownBy(() -> trusting(next).check(issued(authority, 1), NOW))
        .isInstanceOf(RefusedCertificateException.class);
  }

  @Test
  void shouldSayWhenACertificateExpiredOrIsNotYetGood() {
    X509Certificate certificate = issued(authority, 3);
    assertThatThrownBy(() -> trusting(authority).check(certificate, NOW.plus(Duration.ofDays(31))))
        .hasMessage("its certificate as node 3 expired at 2026-12-24T12:00:00Z: issue a new one");
    assertThatThrownBy(
            () -> trusting(authority).check(certificate, NOW.minus(Duration.ofMinutes(6))))
        .hasMessageContaining("authority of its certificate is not good before");
    X509Certificate later =
        authority.issue(
            3, keys.getPublic(), new Validity(NOW.plusSeconds(60), NOW.plusSeconds(600)));
    assertThatThrownBy(() -> trusting(authority).check(later, NOW))
        .hasMessageContaining("as node 3 is not good before 2026-11-24T12:01:00Z")
        .hasMessageContaining("correct the clock");
  }

  @Test
  void shouldRefuseWhatAnExpiredAuthorityIssued() {
    X509Certificate outlives =
        authority.issue(3, keys.getPublic(), Validity.startingAt(NOW, Duration.ofDays(2000)));
    assertThatThrownBy(() -> trusting(authority).check(outlives, NOW.plus(YEAR).plusSeconds(1)))
        .hasMessageContaining("the authority of its certificate expired");
  }

  @Test
  void shouldNotBelieveAnAuthorityOrANodesSignature() {
    assertThatThrownBy(() -> trusting(authority).check(authority.certificate(), NOW))
        .hasMessageContaining("names no node");
    // A node that plays authority: its certificate is good, what it signs is not.
    ClusterAuthority node = new ClusterAuthority(CLUSTER, keys.getPrivate(), issued(authority, 3));
    X509Certificate forged =
        node.issue(4, NodeKeys.generate().getPublic(), Validity.startingAt(NOW, YEAR));
    assertThatThrownBy(() -> trusting(authority).check(forged, NOW))
        .hasMessageContaining("is not of this cluster's authority");
  }

  @Test
  void shouldRefuseAnotherKeyUnderTheAuthoritysName() {
    ClusterAuthority forger =
        new ClusterAuthority(CLUSTER, keys.getPrivate(), authority.certificate());
    X509Certificate forged = issued(forger, 3);
    assertThat(forged.getIssuerX500Principal())
        .isEqualTo(authority.certificate().getSubjectX500Principal());
    assertThatThrownBy(() -> trusting(authority).check(forged, NOW))
        .hasMessageContaining("is not of this cluster's authority");
  }

  /// What the authority signed for another purpose proves nothing on a connection.
  @Test
  void shouldRefuseACertificateForAnotherUse() throws Exception {
    ExtendedKeyUsage both =
        new ExtendedKeyUsage(
            new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth});
    ExtendedKeyUsage server = new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth);
    assertThat(trusting(authority).check(signed(KeyUsage.digitalSignature, both, false), NOW))
        .isEqualTo(new NodeName(CLUSTER, 3));
    for (X509Certificate each :
        List.of(
            signed(KeyUsage.digitalSignature, both, true),
            signed(KeyUsage.digitalSignature, server, false),
            signed(KeyUsage.keyAgreement, both, false))) {
      assertThatThrownBy(() -> trusting(authority).check(each, NOW))
          .hasMessage("its certificate is not one for a node's connections");
    }
  }

  private X509Certificate signed(int usage, ExtendedKeyUsage purposes, boolean isAuthority)
      throws Exception {
    X509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            authority.certificate().getSubjectX500Principal(),
            BigInteger.TWO,
            Date.from(NOW.minusSeconds(1)),
            Date.from(NOW.plusSeconds(1)),
            new X500Principal("CN=node 3"),
            keys.getPublic());
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(isAuthority));
    builder.addExtension(Extension.keyUsage, true, new KeyUsage(usage));
    builder.addExtension(Extension.extendedKeyUsage, false, purposes);
    builder.addExtension(
        Extension.subjectAlternativeName,
        false,
        CertificateExtensions.names(new NodeName(CLUSTER, 3)));
    return new JcaX509CertificateConverter()
        .getCertificate(
            builder.build(
                new JcaContentSignerBuilder(ClusterAuthority.SIGNATURE).build(authority.key())));
  }

  @Test
  void shouldGiveEveryCertificateASerialOfItsOwn() {
    assertThat(issued(authority, 3).getSerialNumber())
        .isPositive()
        .isNotEqualTo(issued(authority, 3).getSerialNumber());
  }

  @Test
  void shouldReadNamesInOneSpellingOnly() {
    NodeName name = new NodeName(CLUSTER, 12);
    assertThat(NodeName.parse(name.uri())).isEqualTo(name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "ashlar:cluster/",
        "ashlar:cluster/1-2-3-4-5/node/1",
        "ashlar:cluster/00000000-0000-0001-0000-000000000002/node/",
        "ashlar:cluster/00000000-0000-0001-0000-000000000002/node/-1",
        "ashlar:cluster/00000000-0000-0001-0000-000000000002/node/01",
        "ashlar:cluster/00000000-0000-0001-0000-000000000002/node/+1",
        "ashlar:cluster/00000000-0000-0001-0000-000000000002/node/1/",
        "ashlar:cluster/00000000-0000-0001-0000-000000000002/node/99999999999",
        "http:cluster/00000000-0000-0001-0000-000000000002/node/1"
      })
  void shouldReadNothingElseAsAName(String uri) {
    assertThat(NodeName.parse(uri)).isNull();
  }
}
