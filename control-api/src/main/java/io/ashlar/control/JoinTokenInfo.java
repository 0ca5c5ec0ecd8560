package io.ashlar.control;

/// A token that lets one node join a cluster, once.
///
/// @param token the token, which is a secret
/// @param expires until when it is good, ISO 8601
public record JoinTokenInfo(String token, String expires) {
  /// Keeps the secret out of logs.
  @Override
  public String toString() {
    return "a token until " + expires;
  }
}
