import { Locale } from 'discord.js';

/** All that the command says, in one language. */
export interface Words {
  readonly command: string;
  readonly show: string;
  readonly optOut: string;
  readonly optIn: string;
  readonly measured: string;
  readonly never: string;
  readonly hashed: string;
  readonly kept: (days: number) => string;
  readonly all: string;
  readonly share: (percent: string) => string;
  readonly surfaces: (names: string) => string;
  readonly exported: string;
  readonly wayOut: (name: string) => string;
  readonly isOut: (name: string) => string;
  readonly off: string;
  readonly optedOut: string;
  readonly optedIn: string;
  readonly guildOnly: string;
  readonly forManagers: string;
  readonly tooOften: string;
  readonly notNow: string;
}

const german: Words = {
  command: 'Was dieser Bot misst, und wie ein Server widerspricht',
  show: 'Was gemessen wird, und was niemals',
  optOut: 'Auf diesem Server nichts messen und Gespeichertes löschen',
  optIn: 'Auf diesem Server wieder messen',
  measured: 'Dieser Bot zählt, welche Befehle und anderen Teile genutzt werden, wie oft sie scheitern und wie lange sie dauern.',
  never: 'Er behält nie, wer sie genutzt hat, was jemand schrieb, und keine Namen, Kanäle oder Adressen.',
  hashed: 'Ein Server wird nur als Hash mit Salt behalten, eine Zeit nur als ihr Tag (UTC).',
  kept: (days) => `Alles wird nach ${days} Tagen gelöscht.`,
  all: 'Jede Nutzung wird gezählt.',
  share: (percent) => `${percent} % der Nutzungen werden gezählt, zufällig ausgewählt.`,
  surfaces: (names) => `Gemessen wird hier: ${names}.`,
  exported: 'Dieselben Zahlen gehen, ohne Angabe von Servern, auch an das Metriksystem des Betreibers, das genauere Zeiten sieht.',
  wayOut: (name) => `Wer diesen Server verwalten darf, kann für ihn widersprechen: \`/${name} opt-out\`.`,
  isOut: (name) => `Dieser Server hat widersprochen: Nichts von ihm wird behalten. Zurücknehmen: \`/${name} opt-in\`.`,
  off: 'Dieser Bot misst zurzeit nichts.',
  optedOut: 'Erledigt. Ab jetzt wird nichts von diesem Server behalten, und was gespeichert war, wird gelöscht.',
  optedIn: 'Erledigt. Die Nutzung auf diesem Server wird wieder gezählt.',
  guildOnly: 'Das geht nur auf einem Server.',
  forManagers: 'Das können nur Mitglieder, die diesen Server verwalten dürfen.',
  tooOften: 'Das wurde heute zu oft geändert. Bitte morgen wieder versuchen.',
  notNow: 'Das ließ sich gerade nicht speichern, es hat sich also nichts geändert. Bitte später wieder versuchen.'
};

const french: Words = {
  command: 'Ce que ce bot mesure, et comment un serveur s’y oppose',
  show: 'Ce qui est mesuré, et ce qui ne l’est jamais',
  optOut: 'Ne rien mesurer sur ce serveur et effacer ce qui est enregistré',
  optIn: 'Mesurer de nouveau sur ce serveur',
  measured: 'Ce bot compte lesquelles de ses commandes et autres parties sont utilisées, leurs échecs et leur durée.',
  never: 'Il ne garde jamais qui les a utilisées, ce que quelqu’un a écrit, ni aucun nom, salon ou adresse.',
  hashed: 'Un serveur n’est gardé que sous forme d’empreinte salée, une heure que sous forme de jour (UTC).',
  kept: (days) => `Tout est effacé après ${days} jours.`,
  all: 'Chaque utilisation est comptée.',
  share: (percent) => `${percent} % des utilisations sont comptées, tirées au hasard.`,
  surfaces: (names) => `Où l’on mesure : ${names}.`,
  exported: 'Les mêmes nombres, sans aucun serveur, vont aussi au système de métriques de l’exploitant, qui voit des heures plus précises.',
  wayOut: (name) => `Qui peut gérer ce serveur peut s’y opposer : \`/${name} opt-out\`.`,
  isOut: (name) => `Ce serveur s’y est opposé : rien n’en est gardé. Pour revenir en arrière : \`/${name} opt-in\`.`,
  off: 'Ce bot ne mesure rien actuellement.',
  optedOut: 'C’est fait. Plus rien de ce serveur n’est gardé, et ce qui était enregistré est en cours d’effacement.',
  optedIn: 'C’est fait. L’utilisation sur ce serveur est de nouveau comptée.',
  guildOnly: 'Cela ne marche que sur un serveur.',
  forManagers: 'Seuls les membres qui peuvent gérer ce serveur peuvent le faire.',
  tooOften: 'Cela a été changé trop souvent aujourd’hui. Réessayez demain.',
  notNow: 'Cela n’a pas pu être enregistré, donc rien n’a changé. Réessayez plus tard.'
};

const spanish: Words = {
  command: 'Qué mide este bot y cómo se excluye un servidor',
  show: 'Qué se mide y qué no se mide nunca',
  optOut: 'No medir nada en este servidor y borrar lo guardado',
  optIn: 'Volver a medir en este servidor',
  measured: 'Este bot cuenta cuáles de sus comandos y otras partes se usan, cuántas veces fallan y cuánto tardan.',
  never: 'Nunca guarda quién los usó, qué escribió alguien, ni nombres, canales o direcciones.',
  hashed: 'Un servidor se guarda solo como un hash con sal, y una hora solo como su día (UTC).',
  kept: (days) => `Todo se borra a los ${days} días.`,
  all: 'Se cuenta cada uso.',
  share: (percent) => `Se cuenta el ${percent} % de los usos, elegidos al azar.`,
  surfaces: (names) => `Dónde se mide: ${names}.`,
  exported: 'Los mismos números, sin ningún servidor, van también al sistema de métricas del operador, que ve horas más precisas.',
  wayOut: (name) => `Quien puede gestionar este servidor puede excluirlo: \`/${name} opt-out\`.`,
  isOut: (name) => `Este servidor se ha excluido: no se guarda nada de él. Para deshacerlo: \`/${name} opt-in\`.`,
  off: 'Este bot no mide nada actualmente.',
  optedOut: 'Hecho. Desde ahora no se guarda nada de este servidor, y se está borrando lo que había guardado.',
  optedIn: 'Hecho. El uso en este servidor se cuenta de nuevo.',
  guildOnly: 'Esto solo funciona en un servidor.',
  forManagers: 'Solo pueden hacerlo los miembros que pueden gestionar este servidor.',
  tooOften: 'Se ha cambiado demasiadas veces hoy. Inténtalo de nuevo mañana.',
  notNow: 'No se pudo guardar ahora, así que nada ha cambiado. Inténtalo más tarde.'
};

const portuguese: Words = {
  command: 'O que este bot mede e como um servidor fica de fora',
  show: 'O que é medido e o que nunca é',
  optOut: 'Não medir nada neste servidor e apagar o que está guardado',
  optIn: 'Voltar a medir neste servidor',
  measured: 'Este bot conta quais dos seus comandos e outras partes são usados, quantas vezes falham e quanto demoram.',
  never: 'Nunca guarda quem os usou, o que alguém escreveu, nem nomes, canais ou endereços.',
  hashed: 'Um servidor é guardado só como um hash com sal, e uma hora só como o seu dia (UTC).',
  kept: (days) => `Tudo é apagado após ${days} dias.`,
  all: 'Cada uso é contado.',
  share: (percent) => `${percent} % dos usos são contados, sorteados ao acaso.`,
  surfaces: (names) => `Onde se mede: ${names}.`,
  exported: 'Os mesmos números, sem nenhum servidor, vão também para o sistema de métricas do operador, que vê horas mais precisas.',
  wayOut: (name) => `Quem pode gerenciar este servidor pode deixá-lo de fora: \`/${name} opt-out\`.`,
  isOut: (name) => `Este servidor ficou de fora: nada dele é guardado. Para desfazer: \`/${name} opt-in\`.`,
  off: 'Este bot não mede nada no momento.',
  optedOut: 'Pronto. A partir de agora nada deste servidor é guardado, e o que estava guardado está sendo apagado.',
  optedIn: 'Pronto. O uso neste servidor volta a ser contado.',
  guildOnly: 'Isto só funciona em um servidor.',
  forManagers: 'Só membros que podem gerenciar este servidor podem fazer isso.',
  tooOften: 'Isto foi mudado vezes demais hoje. Tente de novo amanhã.',
  notNow: 'Não foi possível guardar agora, então nada mudou. Tente mais tarde.'
};

const japanese: Words = {
  command: 'このボットが計測する内容と、サーバーの拒否方法',
  show: '計測すること、決して計測しないこと',
  optOut: 'このサーバーでは何も計測せず、保存済みのものを削除する',
  optIn: 'このサーバーで再び計測する',
  measured: 'このボットは、どのコマンドや機能が使われたか、失敗の回数、所要時間を数えます。',
  never: '誰が使ったか、書かれた内容、名前、チャンネル、アドレスは決して保存しません。',
  hashed: 'サーバーはソルト付きハッシュとしてのみ、時刻は日付 (UTC) としてのみ保存します。',
  kept: (days) => `すべて ${days} 日後に削除します。`,
  all: 'すべての使用を数えます。',
  share: (percent) => `使用の ${percent} % を無作為に選んで数えます。`,
  surfaces: (names) => `計測する場所: ${names}`,
  exported: '同じ数値は、サーバーの情報を含めずに運営者の計測システムにも送られ、そこではより細かい時刻がわかります。',
  wayOut: (name) => `サーバー管理の権限があるメンバーは計測を拒否できます: \`/${name} opt-out\``,
  isOut: (name) => `このサーバーは計測を拒否しています。何も保存しません。取り消す: \`/${name} opt-in\``,
  off: 'このボットは現在、何も計測していません。',
  optedOut: '完了しました。今後このサーバーのことは何も保存せず、保存済みのものは削除します。',
  optedIn: '完了しました。このサーバーでの使用を再び数えます。',
  guildOnly: 'サーバーの中でのみ使えます。',
  forManagers: 'サーバー管理の権限があるメンバーだけができます。',
  tooOften: '今日は変更が多すぎます。明日もう一度お試しください。',
  notNow: '今は保存できなかったため、何も変わっていません。後でもう一度お試しください。'
};

/** The languages besides English, by the names that Discord gives them. */
export const TRANSLATIONS: ReadonlyMap<string, Words> = new Map([
  [Locale.German, german],
  [Locale.French, french],
  [Locale.SpanishES, spanish],
  [Locale.SpanishLATAM, spanish],
  [Locale.PortugueseBR, portuguese],
  [Locale.Japanese, japanese]
]);
