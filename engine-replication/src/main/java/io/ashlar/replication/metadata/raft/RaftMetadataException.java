package io.ashlar.replication.metadata.raft;

import java.io.IOException;

/// The metadata cannot be opened or its members cannot be changed. The message is a sentence for
/// people that names the file or the node.
public final class RaftMetadataException extends IOException {
  private static final long serialVersionUID = 1;

  RaftMetadataException(String sentence) {
    super(sentence);
  }

  RaftMetadataException(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
