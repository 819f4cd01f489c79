import { expect, test } from 'vitest';
import { html, trusted } from '../../../../../src/cli/bench/report/html.ts';

test('what is put into a template is text, in elements and in attributes', () => {
  const name = `<b onclick="x">&'`;
  expect(html`<p title="${name}">${name}</p>`.markup).toBe(
    '<p title="&lt;b onclick=&quot;x&quot;&gt;&amp;&#39;">&lt;b onclick=&quot;x&quot;&gt;&amp;&#39;</p>',
  );
});

test('templates in templates stay markup; lists are put together, what is not there is nothing', () => {
  const items = ['a', '<', undefined].map((text) => html`<li>${text}</li>`);
  expect(html`<ul>${items}${undefined}${[1, [trusted('<br>')]]}</ul>`.markup).toBe(
    '<ul><li>a</li><li>&lt;</li><li></li>1<br></ul>',
  );
});

test('control characters are shown as what cannot be shown', () => {
  expect(html`${'a\u0000b\u001b[1mc\td\n'}`.markup).toBe('a\uFFFDb\uFFFD[1mc\td\n');
});
