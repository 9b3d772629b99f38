/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Manifests: the JSON documents that describe a deployment. docs/reference/deployment.md is their table of keys.
 *
 * <p>Main type: {@link io.bascule.core.lifecycle.manifest.ManifestReader}. Each call works on objects of its own, on the
 * caller's thread.
 */
@NullMarked
package io.bascule.core.lifecycle.manifest;

import org.jspecify.annotations.NullMarked;
