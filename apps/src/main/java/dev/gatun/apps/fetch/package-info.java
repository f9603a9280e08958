/** Downloads of models and data: resumable, checked, from public addresses or a mirror. */
package dev.gatun.apps.fetch;
