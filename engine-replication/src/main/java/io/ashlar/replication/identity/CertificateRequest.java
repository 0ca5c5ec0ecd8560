package io.ashlar.replication.identity;

import java.io.IOException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.jspecify.annotations.Nullable;

/// A node's request for a certificate (PKCS #10, RFC 2986): its public key and the name it wants,
/// signed with its private key. One that exists was proved to be signed so.
public final class CertificateRequest {
  private static final int BYTES_MAX = 16 << 10;

  private final PKCS10CertificationRequest request;
  private final PublicKey key;
  private final NodeName name;

  private CertificateRequest(PKCS10CertificationRequest request, PublicKey key, NodeName name) {
    this.request = request;
    this.key = key;
    this.name = name;
  }

  /// Asks for a certificate for `keys`.
  public static CertificateRequest create(NodeName name, KeyPair keys) {
    try {
      ExtensionsGenerator extensions = new ExtensionsGenerator();
      extensions.addExtension(
          Extension.subjectAlternativeName, false, CertificateExtensions.names(name));
      PKCS10CertificationRequest request =
          new JcaPKCS10CertificationRequestBuilder(
                  new X500Name("CN=node " + name.node()), keys.getPublic())
              .addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, extensions.generate())
              .build(
                  new JcaContentSignerBuilder(ClusterAuthority.SIGNATURE).build(keys.getPrivate()));
      return new CertificateRequest(request, keys.getPublic(), name);
    } catch (IOException | OperatorCreationException impossible) {
      throw new IllegalStateException("a P-256 key signs", impossible);
    }
  }

  /// Reads what another node sent.
  ///
  /// @throws IdentityException if it is no request, its key is none on P-256, it names no node, or
  ///   who sent it does not have the private key
  public static CertificateRequest parse(byte[] pem) throws IdentityException {
    if (pem.length > BYTES_MAX) {
      throw new IdentityException("The certificate request is too long.");
    }
    try {
      PKCS10CertificationRequest request =
          new PKCS10CertificationRequest(Pem.decode(Pem.REQUEST, pem));
      if (!SECObjectIdentifiers.secp256r1.equals(
          request.getSubjectPublicKeyInfo().getAlgorithm().getParameters())) {
        throw new IdentityException("The certificate request has no key on P-256.");
      }
      PublicKey key = new JcaPEMKeyConverter().getPublicKey(request.getSubjectPublicKeyInfo());
      if (!request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))) {
        throw new IdentityException("The certificate request is not signed with its own key.");
      }
      NodeName name = nameIn(request);
      if (name == null) {
        throw new IdentityException("The certificate request names no node of an Ashlar cluster.");
      }
      return new CertificateRequest(request, key, name);
    } catch (IOException | PKCSException | OperatorCreationException | RuntimeException broken) {
      // Bouncy Castle complains of wrong structures in many ways.
      throw new IdentityException("The certificate request is damaged.", broken);
    }
  }

  private static @Nullable NodeName nameIn(PKCS10CertificationRequest request) {
    GeneralNames names =
        request.getRequestedExtensions() == null
            ? null
            : GeneralNames.fromExtensions(
                request.getRequestedExtensions(), Extension.subjectAlternativeName);
    List<NodeName> found = new ArrayList<>();
    for (GeneralName each : names == null ? new GeneralName[0] : names.getNames()) {
      NodeName name =
          each.getTagNo() == GeneralName.uniformResourceIdentifier
              ? NodeName.parse(each.getName().toString())
              : null;
      if (name != null) {
        found.add(name);
      }
    }
    return found.size() == 1 ? found.getFirst() : null;
  }

  /// The name that is asked for.
  public NodeName name() {
    return name;
  }

  PublicKey key() {
    return key;
  }

  /// As text.
  public byte[] pem() {
    try {
      return Pem.encode(Pem.REQUEST, request.getEncoded());
    } catch (IOException impossible) {
      throw new IllegalStateException("a request has an encoding", impossible);
    }
  }
}
