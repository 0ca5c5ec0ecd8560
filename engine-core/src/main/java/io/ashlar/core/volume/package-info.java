/// The front door that every protocol target calls: a volume as an array of blocks, with requests
/// that complete later. Targets see this package and nothing below it.
@NullMarked
package io.ashlar.core.volume;

import org.jspecify.annotations.NullMarked;
