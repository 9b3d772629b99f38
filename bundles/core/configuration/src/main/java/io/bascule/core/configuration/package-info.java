/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Environment variables over configuration files: {@link io.bascule.core.configuration.EnvironmentConfigurationPlugin} lays
 * them over each configuration as ConfigAdmin hands it out, so that no file and no store ever holds them;
 * {@link io.bascule.core.configuration.EnvironmentConfigurations} makes ConfigAdmin hand out those that were there before.
 * {@link io.bascule.core.configuration.ConfigurationFiles} writes what was changed back to its file;
 * {@link io.bascule.core.configuration.UnknownKeys} warns of keys that nothing reads. Safe for use by any thread.
 */
@NullMarked
package io.bascule.core.configuration;

import org.jspecify.annotations.NullMarked;
