/// One shard of one node's store. The packages below form levels; imports go strictly down
/// (docs/architecture.md has the table, `LayersTest` enforces it).
@NullMarked
package io.ashlar.core;

import org.jspecify.annotations.NullMarked;
